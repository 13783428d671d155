//! The analyses of an error: asking for one, reading them, another opinion.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bugsage_domain::error::{Because, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::{CommandContext, tenant};
use bugsage_projections::analyses::{Analysis, AnalysisDiff, AnalysisSummary};
use bugsage_sagas::analysis as work;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::change::{context, known};
use super::fields::Provider;
use super::read::Newest;
use super::verbs::Empty;
use super::{Asked, At, at_position, with_etag};
use crate::access::{Authorized, Caller, may};
use crate::problem::Problem;
use crate::problem::documented::{AskingOne, Changing};
use crate::state::App;

/// Whom to ask for another opinion.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReanalyzeRequest {
    /// A provider of the settings, or `rules`; without, as the settings say.
    #[schema(inline)]
    pub provider: Option<Provider>,
}

/// An analysis that was asked for, and will come.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnalysisRequested {
    /// The error.
    pub error_id: Uuid,
    /// The number of the analysis among those of the error.
    pub number: u32,
    /// The job that does it.
    pub job_id: Option<Uuid>,
    /// The version the error stands at; also the ETag.
    pub version: i64,
}

/// Asks for an analysis of its cause. It is under way when this answers; `GET …/analysis` has it when it
/// is done. One is under way at a time.
#[utoipa::path(post, path = "/api/v1/errors/{error_id}/analyze", tag = "analyses", security(("api_key" = ["errors:write"])),
    params(("error_id" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Empty, responses(
    (status = 202, description = "Asked for", body = AnalysisRequested),
    Changing,
))]
pub async fn analyze(
    State(app): State<App>,
    caller: Authorized<may::ErrorsWrite>,
    At(id): At<Uuid>,
    headers: HeaderMap,
    Body(request, _held): Body<Empty>,
) -> Result<Response, Problem> {
    let context = context(&caller, &headers, &request, &format!("analyze {id}"))?;
    ask(&app, &caller, ErrorId(id), Because::Asked, None, context).await
}

/// Asks for another opinion, made from what the analysis of this number was made from; that one stays
/// as it is.
#[utoipa::path(post, path = "/api/v1/errors/{error_id}/analyses/{number}/reanalyze", tag = "analyses", security(("api_key" = ["errors:write"])),
    params(("error_id" = Uuid, Path), ("number" = u32, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ReanalyzeRequest, responses(
    (status = 202, description = "Asked for", body = AnalysisRequested),
    Changing,
))]
pub async fn reanalyze(
    State(app): State<App>,
    caller: Authorized<may::ErrorsWrite>,
    At((id, number)): At<(Uuid, u32)>,
    headers: HeaderMap,
    Body(request, _held): Body<ReanalyzeRequest>,
) -> Result<Response, Problem> {
    let what = format!("reanalyze {id} {number}");
    let context = context(&caller, &headers, &request, &what)?;
    let provider = request.provider.map(|name| name.to_string());
    if let Some(name) = provider
        .as_deref()
        .filter(|name| !app.settings.models.names().contains(name))
    {
        let known = app.settings.models.names().join(", ");
        return Err(Problem::invalid(format!(
            "there is no provider {name}: use {known}"
        )));
    }
    let because = Because::SecondOpinion { of: number };
    ask(&app, &caller, ErrorId(id), because, provider, context).await
}

async fn ask(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    because: Because,
    provider: Option<String>,
    context: CommandContext,
) -> Result<Response, Problem> {
    known(app, caller, id).await?;
    let command = ErrorCommand::RequestAnalysis {
        by: caller.actor().clone(),
        because,
        provider,
        at: app.clock.now(),
    };
    let number = |group: &ErrorGroup, _: i64| json!(group.live().map(|live| live.analyses.count));
    let executed = app
        .executor
        .execute::<ErrorGroup, _>(&id.to_string(), command, context, number)
        .await?;
    let number = executed
        .answer
        .as_u64()
        .and_then(|number| u32::try_from(number).ok());
    let number = number.unwrap_or_default();
    let answer = AnalysisRequested {
        error_id: id.0,
        number,
        job_id: job(app, caller, id, number).await?,
        version: executed.sequence,
    };
    let answer = with_etag(executed.sequence, answer);
    Ok((StatusCode::ACCEPTED, at_position(executed.position, answer)).into_response())
}

/// The job that the saga asks for when it sees the request: its id is made of the position of that.
async fn job(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    number: u32,
) -> Result<Option<Uuid>, Problem> {
    let organization = caller.organization();
    let mut transaction = tenant(&app.database, organization).await?;
    let requested: Vec<(i64, Value)> = sqlx::query_as(
        "select position, payload from events
          where organization_id = $1 and aggregate_type = 'error' and aggregate_id = $2
            and event_type = 'ErrorAnalysisRequested'",
    )
    .bind(organization.0)
    .bind(id.to_string())
    .fetch_all(&mut *transaction)
    .await?;
    let is_this = |payload: &Value| payload["ErrorAnalysisRequested"]["number"] == number;
    let found = requested.iter().find(|(_, payload)| is_this(payload));
    Ok(found.map(|(position, _)| work::job_of(*position)))
}

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
