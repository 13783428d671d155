//! `/api/v1/projects/{project_id}/keys`: the DSN keys of a project.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::dsn_keys::{self, DsnKey, DsnKeyChange, Fresh, NewDsnKey};
use bugsage_domain::ids::ProjectId;
use uuid::Uuid;

use crate::access::{Authorized, may};
use crate::errors::At;
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the DSN keys of a project.
#[utoipa::path(get, path = "/api/v1/projects/{project_id}/keys", tag = "projects",
    security(("api_key" = ["dsn_keys:read"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "The keys", body = Vec<DsnKey>),
    Asking,
))]
pub async fn list_dsn_keys(
    State(app): State<App>,
    caller: Authorized<may::DsnKeysRead>,
) -> Result<Json<Vec<DsnKey>>, Problem> {
    let (organization, project) = (caller.organization(), caller.project()?);
    let keys = dsn_keys::list(&app.database, organization, project).await?;
    let keys = keys.into_iter().map(|key| shown(&app, project, key));
    Ok(Json(keys.collect()))
}

/// Makes a DSN key.
#[utoipa::path(post, path = "/api/v1/projects/{project_id}/keys", tag = "projects",
    security(("api_key" = ["dsn_keys:write"])), params(("project_id" = i64, Path)),
    request_body = NewDsnKey, responses(
    (status = 201, description = "Made", body = DsnKey),
    Managing,
))]
pub async fn create_dsn_key(
    State(app): State<App>,
    caller: Authorized<may::DsnKeysWrite>,
    Body(asked, _held): Body<NewDsnKey>,
) -> Result<(StatusCode, Json<DsnKey>), Problem> {
    let (acting, project) = (caller.acting(&app), caller.project()?);
    let fresh = Fresh::draw(&app.clock);
    let made = dsn_keys::create(&app.database, &acting, project, &asked, fresh).await?;
    app.keys.forget();
    Ok((StatusCode::CREATED, Json(shown(&app, project, made))))
}

/// Labels, limits, disables or enables a DSN key. It takes effect within seconds.
#[utoipa::path(patch, path = "/api/v1/projects/{project_id}/keys/{key_id}", tag = "projects",
    security(("api_key" = ["dsn_keys:write"])),
    params(("project_id" = i64, Path), ("key_id" = Uuid, Path)), request_body = DsnKeyChange, responses(
    (status = 200, description = "Changed, or as it was", body = DsnKey),
    Managing,
))]
pub async fn change_dsn_key(
    State(app): State<App>,
    caller: Authorized<may::DsnKeysWrite>,
    At((_, key)): At<(i64, Uuid)>,
    Body(change, _held): Body<DsnKeyChange>,
) -> Result<Json<DsnKey>, Problem> {
    let (acting, project) = (caller.acting(&app), caller.project()?);
    let changed = dsn_keys::change(&app.database, &acting, project, key, &change).await?;
    app.keys.forget();
    Ok(Json(shown(&app, project, changed)))
}

/// Makes a DSN key like this one, and disables this one.
#[utoipa::path(post, path = "/api/v1/projects/{project_id}/keys/{key_id}/rotate", tag = "projects",
    security(("api_key" = ["dsn_keys:write"])),
    params(("project_id" = i64, Path), ("key_id" = Uuid, Path)), responses(
    (status = 201, description = "The new key", body = DsnKey),
    Removing,
))]
pub async fn rotate_dsn_key(
    State(app): State<App>,
    caller: Authorized<may::DsnKeysWrite>,
    At((_, key)): At<(i64, Uuid)>,
) -> Result<(StatusCode, Json<DsnKey>), Problem> {
    let (acting, project) = (caller.acting(&app), caller.project()?);
    let fresh = Fresh::draw(&app.clock);
    let made = dsn_keys::rotate(&app.database, &acting, project, key, fresh).await?;
    app.keys.forget();
    Ok((StatusCode::CREATED, Json(shown(&app, project, made))))
}

/// Deletes a DSN key.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}/keys/{key_id}", tag = "projects",
    security(("api_key" = ["dsn_keys:write"])),
    params(("project_id" = i64, Path), ("key_id" = Uuid, Path)), responses(
    (status = 204, description = "Deleted"),
    Removing,
))]
pub async fn delete_dsn_key(
    State(app): State<App>,
    caller: Authorized<may::DsnKeysWrite>,
    At((_, key)): At<(i64, Uuid)>,
) -> Result<StatusCode, Problem> {
    let (acting, project) = (caller.acting(&app), caller.project()?);
    dsn_keys::delete(&app.database, &acting, project, key).await?;
    app.keys.forget();
    Ok(StatusCode::NO_CONTENT)
}

fn shown(app: &App, project: ProjectId, key: DsnKey) -> DsnKey {
    key.at(&app.settings.server.public_url, project)
}
