//! People who are signed in: how a request proves who sends it, and the endpoints of `/api/v1/auth`
//! and `/api/v1/users/me`.

pub mod body;
mod cookie;
pub mod identities;
pub mod me;
pub mod oauth;
pub mod providers;
pub mod recovery;
pub mod sign_in;
pub mod sign_out;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bugsage_commands::audit::Origin;
use bugsage_commands::people::{Means, PeopleError, Proof};
use bugsage_domain::actor::Actor;
use bugsage_domain::ids::{OrganizationId, UserId};
use uuid::Uuid;

use crate::access::identity;
use crate::access::refused::{self, Whose};
use crate::problem::Problem;
use crate::state::App;
use crate::{address, request_id};

/// The header that a browser's changes carry beside the cookie.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// What who sends an access token that is none, or too old, is told.
pub(crate) const STALE: &str =
    "this access token is not valid, or no longer: refresh it or sign in again";

/// A person, proved by a session's cookie or an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// The sign-in that this is part of; ends with a logout.
    pub session: Uuid,
    /// The one organization it holds in, where it was begun at a provider of that.
    pub confined: Option<OrganizationId>,
}

impl From<Proof> for Person {
    fn from(proof: Proof) -> Self {
        Self {
            user: proof.user,
            session: proof.session,
            confined: proof.confined,
        }
    }
}

impl From<Person> for Proof {
    fn from(person: Person) -> Self {
        Self {
            user: person.user,
            session: person.session,
            confined: person.confined,
        }
    }
}

/// The person whose browser sends this request; `None` if it carries no cookie of a session.
///
/// # Errors
/// 401 if the session is over, 403 if a browser's change lacks its CSRF token, 503 if the
/// database is away.
pub async fn person(app: &App, parts: &Parts) -> Result<Option<Person>, Problem> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        // It goes before any cookie: a key, or an access token, which `access::identity` looked at before.
        return Ok(None);
    }
    let Some(cookie) = cookie::session(app, &parts.headers) else {
        return Ok(None);
    };
    let proof = app.people.by_cookie(cookie).await?;
    let proof =
        proof.ok_or_else(|| Problem::unauthorized("this session is over: sign in again"))?;
    if !parts.method.is_safe() {
        let given = parts
            .headers
            .get(CSRF_HEADER)
            .and_then(|value| value.to_str().ok());
        if !given.is_some_and(|given| app.people.is_csrf_token(proof.session, given)) {
            let why =
                "a change by a browser needs the session's CSRF token: send it as X-CSRF-Token";
            let origin = identity::origin(&Actor::User { id: proof.user.0 }, parts);
            refused::tell(
                app,
                whose(proof.into()),
                origin,
                &identity::asked(parts),
                why,
            )
            .await;
            return Err(Problem::forbidden(why));
        }
    }
    Ok(Some(proof.into()))
}

/// A bearer token with the dots of a JWT; those of keys have none.
pub(crate) fn access_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.contains('.')).then_some(token)
}

/// In whose audit log it is told what a session was refused.
fn whose(person: Person) -> Whose {
    match person.confined {
        Some(organization) => Whose::Organization(organization),
        None => Whose::Person(person.user),
    }
}

/// What came of a change of one's account; that it may not be is told to the audit log.
async fn done<T>(
    app: &App,
    (person, origin): (Person, Origin),
    outcome: Result<T, PeopleError>,
) -> Result<T, Problem> {
    if let Err(error @ (PeopleError::LastOwner | PeopleError::LastWay)) = &outcome {
        refused::tell(app, whose(person), origin, "account", &error.to_string()).await;
    }
    Ok(outcome?)
}

/// How the person who sends this request holds their session.
fn means(headers: &HeaderMap) -> Means {
    match headers.contains_key(header::AUTHORIZATION) {
        true => Means::Tokens,
        false => Means::Cookie,
    }
}

/// Where a request of somebody not yet known comes from, for the audit log.
pub struct Here(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for Here {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Origin {
            actor: "anonymous".to_owned(),
            address: address::of(&parts.extensions),
            request_id: request_id::current(),
        }))
    }
}
