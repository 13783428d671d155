//! Asking for an analysis of an error, or for another opinion.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bugsage_domain::error::{Because, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::{CommandContext, tenant};
use bugsage_sagas::analysis::{self as work, RULES, VERSIONS, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::change::{context, known};
use super::fields::{PromptVersion, Provider};
use super::verbs::Empty;
use super::{At, at_position, with_etag};
use crate::access::{Authorized, Caller, may};
use crate::problem::Problem;
use crate::problem::documented::Changing;
use crate::state::App;

/// Whom to ask for another opinion.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReanalyzeRequest {
    /// A provider of the settings, or `rules`; without, as the settings say.
    #[schema(inline)]
    pub provider: Option<Provider>,
    /// A version of the question: `analysis-2`, or `brief-1` for small models that read little; without, the
    /// first. Rules are asked none.
    #[schema(inline)]
    pub prompt_version: Option<PromptVersion>,
}

/// Who is asked what; nothing where the settings say.
#[derive(Debug, Default)]
struct Whom {
    provider: Option<String>,
    prompt_version: Option<String>,
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
    let whom = Whom::default();
    ask(&app, &caller, ErrorId(id), Because::Asked, whom, context).await
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
    let whom = whom(&app, request)?;
    let because = Because::SecondOpinion { of: number };
    ask(&app, &caller, ErrorId(id), because, whom, context).await
}

/// Those there are.
fn whom(app: &App, request: ReanalyzeRequest) -> Result<Whom, Problem> {
    let provider = request.provider.map(String::from);
    let prompt_version = request.prompt_version.map(String::from);
    let providers = app.settings.models.names();
    if let Some(name) = provider.as_deref().filter(|name| !providers.contains(name)) {
        let known = providers.join(", ");
        let told = format!("there is no provider {name}: use {known}");
        return Err(Problem::invalid(told));
    }
    if let Some(name) = &prompt_version {
        if Version::named(Some(name)).is_none() {
            let known = VERSIONS.each_ref().map(|version| version.name).join(", ");
            let told = format!("there is no prompt_version {name}: use {known}");
            return Err(Problem::invalid(told));
        }
        if provider.as_deref().or(providers.first().copied()) == Some(RULES) {
            let told = "rules are asked no question: leave prompt_version out, or name a model";
            return Err(Problem::invalid(told));
        }
    }
    Ok(Whom {
        provider,
        prompt_version,
    })
}

async fn ask(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    because: Because,
    whom: Whom,
    context: CommandContext,
) -> Result<Response, Problem> {
    known(app, caller, id).await?;
    let command = ErrorCommand::RequestAnalysis {
        by: caller.actor().clone(),
        because,
        provider: whom.provider,
        prompt_version: whom.prompt_version,
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
