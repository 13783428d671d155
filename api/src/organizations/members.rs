//! `/api/v1/users`: the people of an organization, for those who look after them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::members::{self, Member, MemberChange};
use bugsage_domain::ids::UserId;
use uuid::Uuid;

use super::{Page, done};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the members of the organization.
#[utoipa::path(get, path = "/api/v1/users", tag = "organization",
    security(("api_key" = ["members:read"])), params(Page), responses(
    (status = 200, description = "The members", body = Listed<Member>),
    Asking,
))]
pub async fn list_members(
    State(app): State<App>,
    caller: Authorized<may::MembersRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<Member>>, Problem> {
    let listed = members::list(&app.database, caller.organization(), &page.into()).await?;
    Ok(Json(listed))
}

/// One member of the organization.
#[utoipa::path(get, path = "/api/v1/users/{user_id}", tag = "organization",
    security(("api_key" = ["members:read"])), params(("user_id" = Uuid, Path)), responses(
    (status = 200, description = "The member", body = Member),
    Asking,
))]
pub async fn get_member(
    State(app): State<App>,
    caller: Authorized<may::MembersRead>,
    At(user): At<Uuid>,
) -> Result<Json<Member>, Problem> {
    let member = members::get(&app.database, caller.organization(), UserId(user)).await?;
    Ok(Json(member))
}

/// Gives a member another role, or locks them out or in again. It takes effect within seconds.
#[utoipa::path(patch, path = "/api/v1/users/{user_id}", tag = "organization",
    security(("api_key" = ["members:write"])), params(("user_id" = Uuid, Path)),
    request_body = MemberChange, responses(
    (status = 200, description = "Changed, or as it was", body = Member),
    Managing,
))]
pub async fn change_member(
    State(app): State<App>,
    caller: Authorized<may::MembersWrite>,
    At(user): At<Uuid>,
    Body(change, _held): Body<MemberChange>,
) -> Result<Json<Member>, Problem> {
    let acting = caller.acting(&app);
    let changed = members::change(&app.database, &acting, UserId(user), change).await;
    let changed = done(
        &app,
        &acting,
        &format!("membership of user:{user}"),
        changed,
    )
    .await?;
    app.access.forget(UserId(user)).await;
    Ok(Json(changed))
}

/// Takes a member out of the organization. The account stays theirs.
#[utoipa::path(delete, path = "/api/v1/users/{user_id}", tag = "organization",
    security(("api_key" = ["members:write"])), params(("user_id" = Uuid, Path)), responses(
    (status = 204, description = "Removed"),
    Removing,
))]
pub async fn remove_member(
    State(app): State<App>,
    caller: Authorized<may::MembersWrite>,
    At(user): At<Uuid>,
) -> Result<StatusCode, Problem> {
    let acting = caller.acting(&app);
    let removed = members::remove(&app.database, &acting, UserId(user)).await;
    done(
        &app,
        &acting,
        &format!("membership of user:{user}"),
        removed,
    )
    .await?;
    app.access.forget(UserId(user)).await;
    Ok(StatusCode::NO_CONTENT)
}
