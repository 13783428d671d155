//! `/api/v1/projects/{project_id}/roles`: who has which role in a project.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::project_roles::{self, Holder, RoleGiven, RoleHeld};
use bugsage_domain::ids::UserId;
use uuid::Uuid;

use super::done;
use crate::access::{Authorized, Caller, may};
use crate::errors::At;
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists who has a role in the project itself, beside what roles in the organization give.
#[utoipa::path(get, path = "/api/v1/projects/{project_id}/roles", tag = "projects",
    security(("api_key" = ["project_roles:read"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "The roles", body = Vec<RoleHeld>),
    Asking,
))]
pub async fn list_project_roles(
    State(app): State<App>,
    caller: Authorized<may::ProjectRolesRead>,
) -> Result<Json<Vec<RoleHeld>>, Problem> {
    let (organization, project) = (caller.organization(), caller.project()?);
    let held = project_roles::list(&app.database, organization, project).await?;
    Ok(Json(held))
}

/// Gives a member a role in the project.
#[utoipa::path(put, path = "/api/v1/projects/{project_id}/roles/users/{user_id}", tag = "projects",
    security(("api_key" = ["project_roles:write"])),
    params(("project_id" = i64, Path), ("user_id" = Uuid, Path)), request_body = RoleGiven, responses(
    (status = 200, description = "Given, or as it was", body = RoleHeld),
    Managing,
))]
pub async fn give_user_role(
    State(app): State<App>,
    caller: Authorized<may::ProjectRolesWrite>,
    At((_, user)): At<(i64, Uuid)>,
    Body(asked, _held): Body<RoleGiven>,
) -> Result<Json<RoleHeld>, Problem> {
    give(&app, &caller, Holder::User(user), asked).await
}

/// Gives a team a role in the project.
#[utoipa::path(put, path = "/api/v1/projects/{project_id}/roles/teams/{team_id}", tag = "projects",
    security(("api_key" = ["project_roles:write"])),
    params(("project_id" = i64, Path), ("team_id" = Uuid, Path)), request_body = RoleGiven, responses(
    (status = 200, description = "Given, or as it was", body = RoleHeld),
    Managing,
))]
pub async fn give_team_role(
    State(app): State<App>,
    caller: Authorized<may::ProjectRolesWrite>,
    At((_, team)): At<(i64, Uuid)>,
    Body(asked, _held): Body<RoleGiven>,
) -> Result<Json<RoleHeld>, Problem> {
    give(&app, &caller, Holder::Team(team), asked).await
}

/// Takes the role that a member has in the project.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}/roles/users/{user_id}", tag = "projects",
    security(("api_key" = ["project_roles:write"])),
    params(("project_id" = i64, Path), ("user_id" = Uuid, Path)), responses(
    (status = 204, description = "Taken"),
    Removing,
))]
pub async fn take_user_role(
    State(app): State<App>,
    caller: Authorized<may::ProjectRolesWrite>,
    At((_, user)): At<(i64, Uuid)>,
) -> Result<StatusCode, Problem> {
    take(&app, &caller, Holder::User(user)).await
}

/// Takes the role that a team has in the project.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}/roles/teams/{team_id}", tag = "projects",
    security(("api_key" = ["project_roles:write"])),
    params(("project_id" = i64, Path), ("team_id" = Uuid, Path)), responses(
    (status = 204, description = "Taken"),
    Removing,
))]
pub async fn take_team_role(
    State(app): State<App>,
    caller: Authorized<may::ProjectRolesWrite>,
    At((_, team)): At<(i64, Uuid)>,
) -> Result<StatusCode, Problem> {
    take(&app, &caller, Holder::Team(team)).await
}

async fn give(
    app: &App,
    caller: &Caller,
    holder: Holder,
    asked: RoleGiven,
) -> Result<Json<RoleHeld>, Problem> {
    let (acting, project) = (caller.acting(app), caller.project()?);
    let given = project_roles::give(&app.database, &acting, project, holder, asked.role).await;
    let what = format!("role in project:{project}");
    let given = done(app, &acting, &what, given).await?;
    forget(app, holder).await;
    Ok(Json(given))
}

async fn take(app: &App, caller: &Caller, holder: Holder) -> Result<StatusCode, Problem> {
    let (acting, project) = (caller.acting(app), caller.project()?);
    let taken = project_roles::take(&app.database, &acting, project, holder).await;
    done(app, &acting, &format!("role in project:{project}"), taken).await?;
    forget(app, holder).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Of a person at once; of a team within seconds.
async fn forget(app: &App, holder: Holder) {
    if let Holder::User(user) = holder {
        app.access.forget(UserId(user)).await;
    }
}
