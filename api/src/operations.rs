//! `/api/v1/operations`: what operators see of jobs and do to them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::{Acting, Listed, Page};
use bugsage_event_store::tenant;
use bugsage_sagas::operators::{self, By, JobState, ListedJob};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::{Authorized, may};
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Removing};
use crate::state::App;

/// Which jobs; all filters must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobParams {
    /// Where they stand: `dead` for dead letters.
    #[param(inline)]
    state: Option<JobState>,
    /// What they are to do.
    kind: Option<String>,
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before.
    cursor: Option<String>,
}

impl Default for JobParams {
    fn default() -> Self {
        Self {
            state: None,
            kind: None,
            limit: 100,
            cursor: None,
        }
    }
}

/// Lists the jobs of the organization, newest first.
#[utoipa::path(get, path = "/api/v1/operations/jobs", tag = "jobs",
    security(("api_key" = ["operations:read"])), params(JobParams), responses(
    (status = 200, description = "The jobs", body = Listed<ListedJob>),
    Asking,
))]
pub async fn list_jobs(
    State(app): State<App>,
    caller: Authorized<may::OperationsRead>,
    Asked(params): Asked<JobParams>,
) -> Result<Json<Listed<ListedJob>>, Problem> {
    let page = Page {
        limit: params.limit,
        cursor: params.cursor,
    };
    let organization = caller.organization();
    let which = (params.state, params.kind.as_deref());
    let mut transaction = tenant(&app.database, organization).await?;
    let listed = operators::list(&mut transaction, Some(organization), which, &page).await?;
    Ok(Json(listed))
}

/// Lets a dead job be tried again, with all its tries.
#[utoipa::path(post, path = "/api/v1/operations/jobs/{job_id}/retry", tag = "jobs",
    security(("api_key" = ["operations:write"])), params(("job_id" = Uuid, Path)), responses(
    (status = 204, description = "It waits for a worker"),
    Removing,
))]
pub async fn retry_job(
    State(app): State<App>,
    caller: Authorized<may::OperationsWrite>,
    At(job): At<Uuid>,
) -> Result<StatusCode, Problem> {
    let by = by(caller.acting(&app));
    operators::retry(&app.database, caller.organization(), job, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Drops a job that is dead or waits: it will not be done.
#[utoipa::path(delete, path = "/api/v1/operations/jobs/{job_id}", tag = "jobs",
    security(("api_key" = ["operations:write"])), params(("job_id" = Uuid, Path)), responses(
    (status = 204, description = "Dropped"),
    Removing,
))]
pub async fn drop_job(
    State(app): State<App>,
    caller: Authorized<may::OperationsWrite>,
    At(job): At<Uuid>,
) -> Result<StatusCode, Problem> {
    let by = by(caller.acting(&app));
    operators::remove(&app.database, caller.organization(), job, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn by(acting: Acting) -> By {
    By {
        origin: acting.origin,
        at: acting.at,
    }
}
