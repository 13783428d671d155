//! Who sends a request: a person, or a program with a key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use bugsage_commands::access::api_keys::PREFIX;
use bugsage_commands::audit::Origin;
use bugsage_commands::people::Holder;
use bugsage_domain::actor::Actor;

use super::known::Machine;
use super::refused::{self, Whose};
use crate::problem::Problem;
use crate::session::{self, Person};
use crate::state::App;
use crate::{address, limits, request_id};

/// Who sends a request, proved.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Somebody who is signed in.
    Person(Person),
    /// A program.
    Machine(Arc<Machine>),
}

impl Identity {
    /// As events and the audit log name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(person) => Actor::User { id: person.user.0 },
            Self::Machine(machine) => machine.actor.clone(),
        }
    }
}

/// Who sends this request. It is proved once; what a layer proved, the handler is told.
///
/// # Errors
/// 401 without a valid proof, 503 if the database is away, and those of [`session::person`].
pub async fn prove(app: &App, parts: &mut Parts) -> Result<Identity, Problem> {
    if let Some(proved) = parts.extensions.get::<Identity>() {
        return Ok(proved.clone());
    }
    let identity = match bearer(parts).filter(|key| key.starts_with(PREFIX)) {
        Some(key) => Identity::Machine(machine(app, parts, key).await?),
        None => match session::access_token(&parts.headers) {
            Some(token) => holder(app, token).await?,
            None => Identity::Person(person(app, parts).await?),
        },
    };
    parts.extensions.insert(identity.clone());
    Ok(identity)
}

/// In whose name a request comes and from where, for the audit log.
pub(crate) fn origin(actor: &Actor, parts: &Parts) -> Origin {
    Origin {
        actor: actor.to_string(),
        address: address::of(&parts.extensions),
        request_id: request_id::current(),
    }
}

/// What a request asks, for the audit log: nothing of its query or body.
pub(crate) fn asked(parts: &Parts) -> String {
    format!("{} {}", parts.method, parts.uri.path())
}

/// A person who is signed in, for what needs no organization; and their origin.
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// For the audit log.
    pub origin: Origin,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match prove(app, parts).await? {
            identity @ Identity::Person(person) => {
                let actor = identity.actor();
                limits::admit(app, &parts.extensions, &actor, None)?;
                Ok(Self {
                    person,
                    origin: origin(&actor, parts),
                })
            }
            Identity::Machine(_) => Err(Problem::forbidden(
                "this is for people: a key cannot do it, whatever its scopes",
            )),
        }
    }
}

/// The same in a session that counts everywhere, for what concerns their account: one that was begun
/// at a provider is worth what an organization believes, and that is nothing outside of it.
pub struct Oneself {
    /// Who.
    pub person: Person,
    /// For the audit log.
    pub origin: Origin,
}

impl FromRequestParts<App> for Oneself {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let SignedIn { person, origin } = SignedIn::from_request_parts(parts, app).await?;
        let Some(organization) = person.confined else {
            return Ok(Self { person, origin });
        };
        let why = "you signed in at an identity provider of an organization, and that counts within it alone: \
                   for this, sign in by password (a forgotten password is how one gets the first)";
        let whose = Whose::Organization(organization);
        refused::tell(app, whose, origin, &asked(parts), why).await;
        Err(Problem::forbidden(why))
    }
}

/// What stands behind `Authorization: Bearer`.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(key.trim())
        .filter(|key| !key.is_empty())
}

async fn person(app: &App, parts: &Parts) -> Result<Person, Problem> {
    session::person(app, parts).await?.ok_or_else(|| {
        Problem::unauthorized(match bearer(parts) {
            Some(_) => "this key or token is unknown, revoked or no longer valid",
            None => "sign in, or send an API key: Authorization: Bearer bsk_…",
        })
    })
}

/// Who holds an access token: a person, or a program with a service account.
async fn holder(app: &App, token: &str) -> Result<Identity, Problem> {
    let stale = || Problem::unauthorized(session::STALE);
    match app.people.by_access_token(token).await? {
        Some(Holder::Person(proof)) => Ok(Identity::Person(proof.into())),
        Some(Holder::Program { account, secret }) => {
            let machine = app.access.service_account(account).await?;
            // What is remembered of the account may be older than the token, never the other way round.
            let machine = machine
                .filter(|machine| machine.secret <= secret)
                .ok_or_else(stale)?;
            app.access.uses.note(machine.id, app.clock.now());
            Ok(Identity::Machine(machine))
        }
        None => Err(stale()),
    }
}

async fn machine(app: &App, parts: &Parts, key: &str) -> Result<Arc<Machine>, Problem> {
    let found = app.access.api_key(key).await?;
    let machine =
        found.ok_or_else(|| Problem::unauthorized("this API key is unknown or revoked"))?;
    let now = app.clock.now();
    let why = match machine.expires_at {
        _ if machine.revoked => "this API key is unknown or revoked",
        Some(end) if end <= now => "this API key has expired: make a new one",
        _ => {
            app.access.uses.note(machine.id, now);
            return Ok(machine);
        }
    };
    let origin = origin(&machine.actor, parts);
    let whose = Whose::Organization(machine.organization);
    refused::tell(app, whose, origin, &asked(parts), why).await;
    Err(Problem::unauthorized(why))
}
