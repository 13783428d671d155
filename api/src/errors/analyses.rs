//! The analyses of an error: one, all of them, two side by side.

use axum::Json;
use axum::extract::State;
use bugsage_domain::ids::ErrorId;
use bugsage_projections::analyses::{Analysis, AnalysisDiff, AnalysisSummary};
use uuid::Uuid;

use super::read::Newest;
use super::{Asked, At};
use crate::access::{Authorized, Caller, may};
use crate::problem::Problem;
use crate::problem::documented::AskingOne;
use crate::state::App;

/// The analysis that counts: the last completed one, or, until there is one, the last asked for.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/analysis", tag = "analyses", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path)), responses(
    (status = 200, description = "The analysis", body = Analysis),
    AskingOne,
))]
pub async fn current(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At(id): At<Uuid>,
) -> Result<Json<Analysis>, Problem> {
    found(&app, &caller, ErrorId(id), None).await.map(Json)
}

/// The analyses of an error, newest first, without their answers.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/analyses", tag = "analyses", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path), Newest), responses(
    (status = 200, description = "The analyses", body = Vec<AnalysisSummary>),
    AskingOne,
))]
pub async fn all(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At(id): At<Uuid>,
    Asked(newest): Asked<Newest>,
) -> Result<Json<Vec<AnalysisSummary>>, Problem> {
    let all = app
        .queries
        .analyses(caller.scope(), ErrorId(id), newest.limit)
        .await?;
    all.map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// One analysis of an error.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/analyses/{number}", tag = "analyses", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path), ("number" = u32, Path)), responses(
    (status = 200, description = "The analysis", body = Analysis),
    AskingOne,
))]
pub async fn one(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At((id, number)): At<(Uuid, u32)>,
) -> Result<Json<Analysis>, Problem> {
    found(&app, &caller, ErrorId(id), Some(number))
        .await
        .map(Json)
}

/// Two analyses of an error side by side: cause, evidence, confidence and cost.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/analyses/{number}/diff/{other}", tag = "analyses", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path), ("number" = u32, Path), ("other" = u32, Path)), responses(
    (status = 200, description = "Where they differ", body = AnalysisDiff),
    AskingOne,
))]
pub async fn diff(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At((id, number, other)): At<(Uuid, u32, u32)>,
) -> Result<Json<AnalysisDiff>, Problem> {
    let one = found(&app, &caller, ErrorId(id), Some(number)).await?;
    let other = found(&app, &caller, ErrorId(id), Some(other)).await?;
    Ok(Json(AnalysisDiff::of(&one, &other)))
}

async fn found(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    number: Option<u32>,
) -> Result<Analysis, Problem> {
    let found = app.queries.analysis(caller.scope(), id, number).await?;
    found.ok_or_else(|| Problem::not_found("such analysis"))
}
