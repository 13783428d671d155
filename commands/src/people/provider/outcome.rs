//! What comes of a sign-in at a provider.

use bugsage_domain::access::{MailDomain, is_unseen};
use bugsage_domain::ids::UserId;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::super::email::Email;
use super::super::session::{Means, SignedIn};
use super::super::{PeopleError, by};
use super::ask::Fault;
use super::{Claimed, Provider, Providers};
use crate::audit::{self, Origin, Record};
use crate::seal::SealError;

/// Characters of a person's name.
const NAME_MAX: usize = 100;

/// What a browser that came back gets, and where it goes on.
pub enum Finished {
    /// A session.
    SignedIn(SignedIn, String),
    /// The identity is theirs; the session that they had goes on.
    Linked(String),
}

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// There is none with this id.
    #[error("there is no such identity provider here")]
    Unknown,
    /// It would lead away.
    #[error("return_to is a path of this service, such as /errors, of at most 500 characters")]
    ReturnTo,
    /// No cookie, or none that waits for this provider.
    #[error(
        "this sign-in was not begun in this browser, was finished already, or took more than ten minutes: begin again"
    )]
    NotBegun,
    /// What the provider was told to send back.
    #[error(
        "the state is not the one that this browser was sent to the provider with: begin again"
    )]
    State,
    /// The provider cannot be reached, or says what it must not.
    #[error("the identity provider does not do its part: {0}")]
    Fault(#[from] Fault),
    /// It names no address.
    #[error(
        "nobody here is known by this identity, and the provider names no e-mail address for it"
    )]
    NoEmail,
    /// It does not vouch for it.
    #[error(
        "nobody here is known by this identity, and the provider does not say that its e-mail address is verified"
    )]
    Unverified,
    /// The organization does not believe it.
    #[error(
        "nobody here is known by this identity, and the organization does not trust the provider for addresses of this domain: an admin may add it, or you accept an invitation and link the identity"
    )]
    Untrusted,
    /// Locked out.
    #[error("an admin has locked you out of this organization")]
    Disabled,
    /// Of another.
    #[error("this identity is linked to somebody else")]
    Taken,
    /// The session that began it.
    #[error(
        "the session that began this is over, or its person is no member here any more: sign in again"
    )]
    Over,
    /// As for every sign-in.
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl From<sqlx::Error> for ProviderError {
    fn from(error: sqlx::Error) -> Self {
        Self::People(error.into())
    }
}

impl From<SealError> for ProviderError {
    fn from(error: SealError) -> Self {
        Self::People(error.into())
    }
}

/// The address by which an account may be joined.
fn trusted(claimed: &Claimed, domains: &[MailDomain]) -> Result<Email, ProviderError> {
    let email = claimed.email.as_deref().ok_or(ProviderError::NoEmail)?;
    let email: Email = email.parse().map_err(|_| ProviderError::NoEmail)?;
    if !claimed.is_verified {
        return Err(ProviderError::Unverified);
    }
    let trusts = |domain: &MailDomain| domain.is_of(email.as_str());
    match domains.iter().any(trusts) {
        true => Ok(email),
        false => Err(ProviderError::Untrusted),
    }
}

/// What somebody is called, brought into bounds.
fn name(text: &str) -> String {
    let seen = text.chars().filter(|c| !is_unseen(*c));
    let name: String = seen.take(NAME_MAX).collect();
    name.trim().to_owned()
}

impl Providers {
    /// A session of who it is, in the provider's organization alone.
    pub(super) async fn sign_in(
        &self,
        provider: &Provider,
        claimed: &Claimed,
        origin: &Origin,
    ) -> Result<SignedIn, ProviderError> {
        let people = &self.people;
        let trusted = trusted(claimed, &provider.domains);
        let mut transaction = people.database.begin().await?;
        let found: (String, Option<Uuid>, Option<i64>) =
            sqlx::query_as("select * from sign_in_by_provider($1, $2, $3, $4, $5, $6)")
                .bind(provider.id)
                .bind(&claimed.subject)
                .bind(trusted.as_ref().ok().map(Email::as_str))
                .bind(name(&claimed.name))
                .bind(people.clock.new_id())
                .bind(people.clock.now())
                .fetch_one(&mut *transaction)
                .await?;
        let (user, version, joined) = match found {
            (word, Some(user), Some(version)) => (UserId(user), version, word == "joined"),
            (word, ..) if word == "disabled" => return Err(ProviderError::Disabled),
            (word, ..) if word == "gone" => return Err(ProviderError::Unknown),
            _ => return Err(trusted.err().unwrap_or(ProviderError::Untrusted)),
        };
        if joined {
            let after = json!({ "role": provider.role, "provider": provider.id });
            let record = self.record(provider, "membership.created", user, after);
            audit::record(&mut transaction, &by(user, origin), record).await?;
        }
        let at = Some((provider.id, provider.organization));
        let signed_in = people
            .start_session(&mut transaction, (user, version), Means::Cookie, at, origin)
            .await?;
        transaction.commit().await?;
        metrics::counter!("bugsage_sign_ins_total", "outcome" => "started").increment(1);
        Ok(signed_in)
    }

    /// Makes the identity that of the session's person.
    pub(super) async fn link(
        &self,
        provider: &Provider,
        claimed: &Claimed,
        session: Uuid,
        origin: &Origin,
    ) -> Result<(), ProviderError> {
        let people = &self.people;
        let mut transaction = people.database.begin().await?;
        let linked: (String, Option<Uuid>) =
            sqlx::query_as("select * from link_identity($1, $2, $3, $4)")
                .bind(provider.id)
                .bind(&claimed.subject)
                .bind(session)
                .bind(people.clock.now())
                .fetch_one(&mut *transaction)
                .await?;
        let user = match linked {
            (word, Some(user)) if word == "linked" => UserId(user),
            (word, _) if word == "taken" => return Err(ProviderError::Taken),
            _ => return Err(ProviderError::Over),
        };
        let after = json!({ "provider": provider.id });
        let record = self.record(provider, "identity.linked", user, after);
        audit::record(&mut transaction, &by(user, origin), record).await?;
        transaction.commit().await?;
        Ok(())
    }

    fn record<'a>(
        &self,
        provider: &Provider,
        action: &'a str,
        user: UserId,
        after: serde_json::Value,
    ) -> Record<'a> {
        Record {
            organization: Some(provider.organization),
            user: None,
            at: self.people.clock.now(),
            action,
            subject: format!("user:{user}"),
            before: None,
            after: Some(after),
        }
    }

    /// Tells the organization's audit log why nobody was signed in.
    pub(super) async fn tell(
        &self,
        provider: &Provider,
        error: &ProviderError,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        metrics::counter!("bugsage_sign_ins_total", "outcome" => "refused").increment(1);
        // Anybody can come back without having begun; and what is our fault is for our log.
        if matches!(error, ProviderError::NotBegun | ProviderError::People(_)) {
            return Ok(());
        }
        let record = Record {
            organization: Some(provider.organization),
            user: None,
            at: self.people.clock.now(),
            action: "session.refused",
            subject: format!("provider:{}", provider.id),
            before: None,
            after: Some(json!({ "why": error.to_string() })),
        };
        let mut connection = self.people.database.acquire().await?;
        audit::record(&mut connection, origin, record).await
    }
}
