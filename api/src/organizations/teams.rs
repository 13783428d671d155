//! `/api/v1/teams`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::teams::{self, Team, TeamName};
use bugsage_domain::ids::UserId;
use uuid::Uuid;

use super::{Page, done};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the teams of the organization.
#[utoipa::path(get, path = "/api/v1/teams", tag = "organization",
    security(("api_key" = ["teams:read"])), params(Page), responses(
    (status = 200, description = "The teams", body = Listed<Team>),
    Asking,
))]
pub async fn list_teams(
    State(app): State<App>,
    caller: Authorized<may::TeamsRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<Team>>, Problem> {
    let listed = teams::list(&app.database, caller.organization(), &page.into()).await?;
    Ok(Json(listed))
}

/// Makes a team.
#[utoipa::path(post, path = "/api/v1/teams", tag = "organization",
    security(("api_key" = ["teams:write"])), request_body = TeamName, responses(
    (status = 201, description = "Made", body = Team),
    Managing,
))]
pub async fn create_team(
    State(app): State<App>,
    caller: Authorized<may::TeamsWrite>,
    Body(asked, _held): Body<TeamName>,
) -> Result<(StatusCode, Json<Team>), Problem> {
    let (acting, id) = (caller.acting(&app), app.clock.new_id());
    let made = teams::create(&app.database, &acting, id, &asked.name).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Renames a team.
#[utoipa::path(patch, path = "/api/v1/teams/{team_id}", tag = "organization",
    security(("api_key" = ["teams:write"])), params(("team_id" = Uuid, Path)),
    request_body = TeamName, responses(
    (status = 200, description = "Renamed, or as it was", body = Team),
    Managing,
))]
pub async fn rename_team(
    State(app): State<App>,
    caller: Authorized<may::TeamsWrite>,
    At(team): At<Uuid>,
    Body(asked, _held): Body<TeamName>,
) -> Result<Json<Team>, Problem> {
    let acting = caller.acting(&app);
    let renamed = teams::rename(&app.database, &acting, team, &asked.name).await?;
    Ok(Json(renamed))
}

/// Deletes a team, with the roles that it gives.
#[utoipa::path(delete, path = "/api/v1/teams/{team_id}", tag = "organization",
    security(("api_key" = ["teams:write"])), params(("team_id" = Uuid, Path)), responses(
    (status = 204, description = "Deleted"),
    Removing,
))]
pub async fn delete_team(
    State(app): State<App>,
    caller: Authorized<may::TeamsWrite>,
    At(team): At<Uuid>,
) -> Result<StatusCode, Problem> {
    teams::delete(&app.database, &caller.acting(&app), team).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a member into a team.
#[utoipa::path(put, path = "/api/v1/teams/{team_id}/members/{user_id}", tag = "organization",
    security(("api_key" = ["teams:write"])),
    params(("team_id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 200, description = "The team with them", body = Team),
    Removing,
))]
pub async fn add_to_team(
    State(app): State<App>,
    caller: Authorized<may::TeamsWrite>,
    At((team, user)): At<(Uuid, Uuid)>,
) -> Result<Json<Team>, Problem> {
    let acting = caller.acting(&app);
    let added = teams::add(&app.database, &acting, team, UserId(user)).await;
    let added = done(&app, &acting, &format!("place in team:{team}"), added).await?;
    app.access.forget(UserId(user)).await;
    Ok(Json(added))
}

/// Takes a member out of a team.
#[utoipa::path(delete, path = "/api/v1/teams/{team_id}/members/{user_id}", tag = "organization",
    security(("api_key" = ["teams:write"])),
    params(("team_id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 200, description = "The team without them", body = Team),
    Removing,
))]
pub async fn remove_from_team(
    State(app): State<App>,
    caller: Authorized<may::TeamsWrite>,
    At((team, user)): At<(Uuid, Uuid)>,
) -> Result<Json<Team>, Problem> {
    let acting = caller.acting(&app);
    let left = teams::remove(&app.database, &acting, team, UserId(user)).await?;
    app.access.forget(UserId(user)).await;
    Ok(Json(left))
}
