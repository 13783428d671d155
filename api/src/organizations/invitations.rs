//! `/api/v1/invitations`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::invitations::{self, Invitation, InvitationMade, NewInvitation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Page, done};
use crate::access::identity::Oneself;
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the invitations of the organization.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "organization",
    security(("api_key" = ["invitations:read"])), params(Page), responses(
    (status = 200, description = "The invitations", body = Listed<Invitation>),
    Asking,
))]
pub async fn list_invitations(
    State(app): State<App>,
    caller: Authorized<may::InvitationsRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<Invitation>>, Problem> {
    let listed = invitations::list(&app.database, caller.organization(), &page.into()).await?;
    Ok(Json(listed))
}

/// Invites somebody, for seven days, by a letter. The token opens the same; it is shown this once. An
/// organization sends an address one letter a day, and all of them five; another waits.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "organization",
    security(("api_key" = ["invitations:write"])), request_body = NewInvitation, responses(
    (status = 201, description = "Invited", body = InvitationMade),
    Managing,
))]
pub async fn invite(
    State(app): State<App>,
    caller: Authorized<may::InvitationsWrite>,
    Body(asked, _held): Body<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationMade>), Problem> {
    let acting = caller.acting(&app);
    let (id, secret) = (app.clock.new_id(), app.clock.new_secret());
    let made = invitations::create(&app.database, &acting, &asked, id, &secret).await;
    let made = done(
        &app,
        &acting,
        &format!("invitation as {}", asked.role),
        made,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/api/v1/invitations/{invitation_id}", tag = "organization",
    security(("api_key" = ["invitations:write"])), params(("invitation_id" = Uuid, Path)), responses(
    (status = 204, description = "Taken back"),
    Removing,
))]
pub async fn take_invitation_back(
    State(app): State<App>,
    caller: Authorized<may::InvitationsWrite>,
    At(id): At<Uuid>,
) -> Result<StatusCode, Problem> {
    invitations::revoke(&app.database, &caller.acting(&app), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token that one was sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    /// As it was sent.
    #[schema(max_length = 100)]
    pub token: String,
}

/// Where one belongs now.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationAccepted {
    /// The organization.
    pub organization_id: Uuid,
}

/// Accepts an invitation to the address of one's account.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "organization",
    security(("access_token" = []), ("session" = [])), request_body = InvitationToken, responses(
    (status = 200, description = "One belongs to it", body = InvitationAccepted),
    Managing,
))]
pub async fn accept_invitation(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    Body(asked, _held): Body<InvitationToken>,
) -> Result<Json<InvitationAccepted>, Problem> {
    let (token, at) = (&asked.token, app.clock.now());
    let accepted = invitations::accept(&app.database, token, person.user, &origin, at).await?;
    app.access.forget(person.user).await;
    Ok(Json(InvitationAccepted {
        organization_id: accepted.0,
    }))
}
