//! People who are signed in: how a request proves who sends it.

use axum::http::request::Parts;
use bugsage_domain::ids::UserId;
use uuid::Uuid;

use crate::problem::Problem;
use crate::state::App;

/// A person, proved by a session's cookie or an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// The sign-in that this is part of; ends with a logout.
    pub session: Uuid,
}

/// The person who sends this request; `None` if it carries no proof of a person at all.
///
/// # Errors
/// 401 if a proof is not valid, 403 if a browser's change lacks its CSRF token, 503 if the
/// database is away.
#[expect(clippy::unused_async, reason = "the first proofs come with sign-in")]
pub async fn person(_app: &App, _parts: &Parts) -> Result<Option<Person>, Problem> {
    Ok(None)
}
