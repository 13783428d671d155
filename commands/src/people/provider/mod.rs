//! Signing in at an identity provider that an organization chose.
//!
//! [`Providers::begin`] sends a browser there, [`Providers::finish`] takes it back. What a provider
//! says counts in its organization alone: so does the session. E-mail addresses join an account only
//! where the provider says that they are verified and the organization trusts it for the domain.

mod ask;
mod github;
mod id_token;
mod login;
mod oidc;
mod outcome;
mod stored;

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

pub use ask::Fault;
pub use outcome::{Finished, ProviderError};

use super::attempts::Stranger;
use super::{People, Proof, secrets};
use crate::access::providers::Kind;
use crate::audit::Origin;
use crate::outgoing::Outgoing;
use crate::seal::Sealer;
use login::Login;
use oidc::Oidc;
use stored::Provider;

/// How long somebody may take at the provider.
pub const LOGIN_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Characters of the longest code that is looked at.
const CODE_MAX: usize = 4096;

/// The identity providers of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Providers {
    people: People,
    sealer: Sealer,
    outgoing: Outgoing,
    oidc: Oidc,
    public_url: Arc<str>,
}

/// A sign-in that has begun.
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// The value of the cookie that it comes back with.
    pub cookie: String,
}

/// What a provider sends a browser back with.
#[derive(Clone, Default)]
pub struct Returned {
    /// For the token.
    pub code: Option<String>,
    /// As it was sent there.
    pub state: Option<String>,
    /// Instead of a code: why there is none.
    pub error: Option<String>,
    /// Which provider it is, where it says so (RFC 9207).
    pub iss: Option<String>,
}

/// What a provider says of who came back.
struct Claimed {
    subject: String,
    email: Option<String>,
    is_verified: bool,
    name: String,
}

impl Providers {
    /// For these people, reached by this client. `public_url` is where the installation is.
    #[must_use]
    pub fn new(people: People, sealer: Sealer, outgoing: Outgoing, public_url: &str) -> Self {
        Self {
            people,
            sealer,
            oidc: Oidc::new(outgoing.clone()),
            outgoing,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// Begins a sign-in, or for the person of a session that a provider's identity becomes theirs.
    ///
    /// # Errors
    /// [`ProviderError::Unknown`], [`ProviderError::ReturnTo`], [`PeopleError::Wait`],
    /// [`ProviderError::Fault`], or when the database fails.
    ///
    /// [`PeopleError::Wait`]: super::PeopleError::Wait
    pub async fn begin(
        &self,
        id: Uuid,
        return_to: &str,
        linking: Option<Proof>,
        origin: &Origin,
    ) -> Result<Begun, ProviderError> {
        if !login::is_local(return_to) {
            return Err(ProviderError::ReturnTo);
        }
        let provider = self.find(id).await?;
        let people = &self.people;
        if linking.is_none() {
            let stranger = people.stranger(Stranger::AtProvider, origin.address);
            people.begin_attempt(&people.database, &stranger).await?;
        }
        let cookie = secrets::new(&people.clock, "");
        let login = Login::new(&people.secret, &cookie);
        let redirect_uri = self.redirect_uri(id);
        let address = match provider.kind {
            Kind::Oidc => self.oidc.authorize(&provider, &login, &redirect_uri).await,
            Kind::Github => github::authorize(&provider, &login, &redirect_uri),
        }?;
        sqlx::query("select begin_provider_login($1, $2, $3, $4, $5)")
            .bind(secrets::hash(&cookie).map(Vec::from))
            .bind(id)
            .bind(return_to)
            .bind(linking.map(|proof| proof.session))
            .bind(people.clock.now() + LOGIN_LIFETIME)
            .execute(&people.database)
            .await?;
        Ok(Begun {
            address: address.into(),
            cookie,
        })
    }

    /// Takes a browser back, with its cookie. What was begun is used up, and a refusal is recorded.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn finish(
        &self,
        id: Uuid,
        cookie: Option<&str>,
        returned: &Returned,
        origin: &Origin,
    ) -> Result<Finished, ProviderError> {
        let provider = self.find(id).await?;
        let finished = self.returned(&provider, cookie, returned, origin).await;
        if let Err(error) = &finished {
            self.tell(&provider, error, origin).await?;
        }
        finished
    }

    async fn returned(
        &self,
        provider: &Provider,
        cookie: Option<&str>,
        returned: &Returned,
        origin: &Origin,
    ) -> Result<Finished, ProviderError> {
        let cookie = cookie.ok_or(ProviderError::NotBegun)?;
        let taken = self.take(cookie).await?;
        let taken = taken.filter(|taken| taken.provider_id == provider.id);
        let taken = taken.ok_or(ProviderError::NotBegun)?;
        let login = Login::new(&self.people.secret, cookie);
        if !returned
            .state
            .as_deref()
            .is_some_and(|state| login.is_state(state))
        {
            return Err(ProviderError::State);
        }
        let claimed = self.ask(provider, &login, returned).await?;
        match taken.session_id {
            Some(session) => self.link(provider, &claimed, session, origin).await?,
            None => {
                let signed_in = self.sign_in(provider, &claimed, origin).await?;
                let stranger = self.people.stranger(Stranger::AtProvider, origin.address);
                self.people.forgive_attempt(&stranger).await?;
                return Ok(Finished::SignedIn(signed_in, taken.return_to));
            }
        }
        Ok(Finished::Linked(taken.return_to))
    }

    /// Who it is, as the provider says.
    async fn ask(
        &self,
        provider: &Provider,
        login: &Login<'_>,
        returned: &Returned,
    ) -> Result<Claimed, ProviderError> {
        if returned
            .iss
            .as_ref()
            .is_some_and(|iss| *iss != provider.issuer)
        {
            return Err(Fault::new("another provider answered").into());
        }
        if let Some(error) = &returned.error {
            let told = format!("it signed nobody in: {}", ask::word(error));
            return Err(Fault::new(told).into());
        }
        let code = returned
            .code
            .as_deref()
            .filter(|code| code.len() <= CODE_MAX);
        let code = code.ok_or_else(|| Fault::new("it sent no code"))?;
        let secret = self.secret(provider).await?;
        let (redirect_uri, now) = (self.redirect_uri(provider.id), self.people.clock.now());
        let with = (code, redirect_uri.as_str(), secret.as_str());
        Ok(match provider.kind {
            Kind::Oidc => self.oidc.redeem(provider, login, with, now).await?,
            Kind::Github => github::redeem(&self.outgoing, provider, login, with).await?,
        })
    }

    /// One for each provider: what another one answers does not come here.
    fn redirect_uri(&self, id: Uuid) -> String {
        format!("{}/api/v1/auth/providers/{id}/callback", self.public_url)
    }
}
