//! `/api/v1/users/me/identities`: by which identity providers one signs in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bugsage_commands::people::LinkedIdentity;
use uuid::Uuid;

use super::body::unkept;
use super::done;
use crate::access::identity::{Oneself, SignedIn};
use crate::errors::At;
use crate::problem::Problem;
use crate::problem::documented::{ChangingOneself, Personal};
use crate::state::App;

/// The identity providers by which one signs in. Who signed in at one sees those of its organization.
#[utoipa::path(get, path = "/api/v1/users/me/identities", tag = "people",
    security(("access_token" = []), ("session" = [])), responses(
    (status = 200, description = "One's own, the oldest first", body = Vec<LinkedIdentity>),
    Personal,
))]
pub async fn identities(
    State(app): State<App>,
    SignedIn { person, .. }: SignedIn,
) -> Result<Response, Problem> {
    let listed = app.people.identities(person.user, person.confined).await?;
    Ok(unkept(Json(listed).into_response()))
}

/// Unlinks an identity provider: its sessions end. Not the last way in, where there is no password.
#[utoipa::path(delete, path = "/api/v1/users/me/identities/{provider_id}", tag = "people",
    security(("access_token" = []), ("session" = [])), params(("provider_id" = Uuid, Path)), responses(
    (status = 204, description = "Unlinked"),
    ChangingOneself,
))]
pub async fn unlink_identity(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    At(provider): At<Uuid>,
) -> Result<StatusCode, Problem> {
    let unlinked = app.people.unlink(person.user, provider, &origin).await;
    done(&app, (person, origin), unlinked).await?;
    Ok(StatusCode::NO_CONTENT)
}
