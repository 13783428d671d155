//! Who sends a request: a person, or a program with a key.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use bugsage_commands::access::api_keys::PREFIX;
use bugsage_domain::actor::Actor;

use super::known::Machine;
use super::refused;
use crate::problem::Problem;
use crate::session::{self, Person};
use crate::state::App;

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
        None => Identity::Person(person(app, parts).await?),
    };
    parts.extensions.insert(identity.clone());
    Ok(identity)
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
    let actor = machine.actor.to_string();
    refused::tell(app, parts, machine.organization, actor, why).await;
    Err(Problem::unauthorized(why))
}
