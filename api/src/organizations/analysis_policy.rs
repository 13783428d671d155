//! `/api/v1/projects/{project_id}/analysis-policy`.

use axum::Json;
use axum::extract::State;
use bugsage_commands::access::analysis_policy::{self, AnalysisPolicy, PolicyInForce};

use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Which errors of a project are analysed without being asked.
#[utoipa::path(get, path = "/api/v1/projects/{project_id}/analysis-policy", tag = "projects",
    security(("api_key" = ["projects:read"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "The policy in force", body = PolicyInForce),
    Asking,
))]
pub async fn get_policy(
    State(app): State<App>,
    caller: Authorized<may::ProjectsRead>,
) -> Result<Json<PolicyInForce>, Problem> {
    let (organization, project) = (caller.organization(), caller.project()?);
    let otherwise = app.settings.analysis.policy;
    let found = analysis_policy::get(&app.database, organization, project, otherwise).await?;
    Ok(Json(found))
}

/// Gives a project a policy of its own, in place of that of the service's settings.
#[utoipa::path(put, path = "/api/v1/projects/{project_id}/analysis-policy", tag = "projects",
    security(("api_key" = ["projects:write"])), params(("project_id" = i64, Path)),
    request_body = AnalysisPolicy, responses(
    (status = 200, description = "Set, or as it was", body = PolicyInForce),
    Managing,
))]
pub async fn set_policy(
    State(app): State<App>,
    caller: Authorized<may::ProjectsWrite>,
    Body(policy, _held): Body<AnalysisPolicy>,
) -> Result<Json<PolicyInForce>, Problem> {
    change(&app, &caller, Some(policy)).await
}

/// Has a project go by the service's settings again.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}/analysis-policy", tag = "projects",
    security(("api_key" = ["projects:write"])), params(("project_id" = i64, Path)), responses(
    (status = 200, description = "The policy of the settings, which is in force now", body = PolicyInForce),
    Removing,
))]
pub async fn drop_policy(
    State(app): State<App>,
    caller: Authorized<may::ProjectsWrite>,
) -> Result<Json<PolicyInForce>, Problem> {
    change(&app, &caller, None).await
}

async fn change(
    app: &App,
    caller: &Authorized<may::ProjectsWrite>,
    policy: Option<AnalysisPolicy>,
) -> Result<Json<PolicyInForce>, Problem> {
    let (acting, project) = (caller.acting(app), caller.project()?);
    let otherwise = app.settings.analysis.policy;
    let set = analysis_policy::set(&app.database, &acting, project, policy, otherwise).await?;
    Ok(Json(set))
}
