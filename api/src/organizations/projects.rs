//! `/api/v1/projects`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::dsn_keys::Fresh;
use bugsage_commands::access::projects::{self, NewProject, Project, ProjectChange, ProjectMade};
use bugsage_commands::access::{AccessError, Listed};
use bugsage_domain::ids::ProjectId;

use super::Page;
use crate::access::{Authorized, may};
use crate::errors::Asked;
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the projects that one may see.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects",
    security(("api_key" = ["projects:read"])), params(Page), responses(
    (status = 200, description = "The projects", body = Listed<Project>),
    Asking,
))]
pub async fn list_projects(
    State(app): State<App>,
    caller: Authorized<may::ProjectsRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<Project>>, Problem> {
    let only = caller.scope().project;
    let listed = projects::list(&app.database, caller.organization(), only, &page.into()).await?;
    Ok(Json(listed))
}

/// Makes a project with its first DSN key.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects",
    security(("api_key" = ["projects:create"])), request_body = NewProject, responses(
    (status = 201, description = "Made", body = ProjectMade),
    Managing,
))]
pub async fn create_project(
    State(app): State<App>,
    caller: Authorized<may::ProjectsCreate>,
    Body(asked, _held): Body<NewProject>,
) -> Result<(StatusCode, Json<ProjectMade>), Problem> {
    let (acting, fresh) = (caller.acting(&app), Fresh::draw(&app.clock));
    let mut made = projects::create(&app.database, &acting, &asked.name, fresh).await?;
    app.keys.forget();
    let id = ProjectId(made.project.id);
    made.key = made.key.at(&app.settings.server.public_url, id);
    Ok((StatusCode::CREATED, Json(made)))
}

/// One project.
#[utoipa::path(get, path = "/api/v1/projects/{project_id}", tag = "projects",
    security(("api_key" = ["projects:read"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "The project", body = Project),
    Asking,
))]
pub async fn get_project(
    State(app): State<App>,
    caller: Authorized<may::ProjectsRead>,
) -> Result<Json<Project>, Problem> {
    let (organization, project) = (caller.organization(), caller.project()?);
    Ok(Json(
        projects::get(&app.database, organization, project).await?,
    ))
}

/// Changes the settings given: services follow within seconds.
#[utoipa::path(patch, path = "/api/v1/projects/{project_id}", tag = "projects",
    security(("api_key" = ["projects:write"])), params(("project_id" = i64, Path)),
    request_body = ProjectChange, responses(
    (status = 200, description = "Changed, or as it was", body = Project),
    Managing,
))]
pub async fn change_project(
    State(app): State<App>,
    caller: Authorized<may::ProjectsWrite>,
    Body(change, _held): Body<ProjectChange>,
) -> Result<Json<Project>, Problem> {
    if let Some(Some(address)) = &change.repository {
        let checked = app.repositories.check(address);
        checked.map_err(|error| AccessError::Invalid(format!("repository: {error}")))?;
    }
    let (acting, project) = (caller.acting(&app), caller.project()?);
    let changed = projects::change(&app.database, &acting, project, &change).await?;
    app.keys.forget();
    Ok(Json(changed))
}

/// Closes a project: it takes no more occurrences. What it has can be read, until its days are over.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}", tag = "projects",
    security(("api_key" = ["projects:write"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "Closed, or as it was", body = Project),
    Removing,
))]
pub async fn close_project(
    State(app): State<App>,
    caller: Authorized<may::ProjectsWrite>,
) -> Result<Json<Project>, Problem> {
    let (acting, project) = (caller.acting(&app), caller.project()?);
    let close = ProjectChange {
        closed: Some(true),
        ..ProjectChange::default()
    };
    let closed = projects::change(&app.database, &acting, project, &close).await?;
    app.keys.forget();
    Ok(Json(closed))
}
