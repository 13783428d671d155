//! Analyses as they are asked for.

use bugsage_domain::ids::{ErrorId, TextId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{AnalysisAnswer, AnalysisRepository};
use crate::{QueryError, Scope};

/// By whom an analysis was made, and what it took; all null until it is completed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct AnalysisMetadata {
    /// Who was asked: a provider of the settings, or `rules`.
    pub provider: Option<String>,
    /// The model, as the provider itself named it.
    pub model: Option<String>,
    /// The version of the prompt, or of the rules.
    pub prompt_version: Option<String>,
    /// Tokens read.
    pub input_tokens: Option<i64>,
    /// Tokens written.
    pub output_tokens: Option<i64>,
    /// Millionths of the currency that prices are in, refused answers included. What a try cost that broke off
    /// before this one counts in the budgets alone.
    pub cost_micros: Option<i64>,
    /// From the first question to the answer.
    pub milliseconds: Option<i64>,
    /// Tells equal contexts from others.
    pub context_digest: Option<String>,
    /// Claims that pointed at nothing, and were taken out.
    pub dropped: Option<i32>,
    /// Why rules answered although there is a model: `error_budget`, `month_budget` or `no_answer`.
    pub held_back: Option<String>,
    /// When it was left to rules.
    pub held_back_at: Option<DateTime<Utc>>,
}

/// An analysis without its answer.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize, utoipa::ToSchema)]
pub struct AnalysisSummary {
    /// Its error.
    pub error_id: Uuid,
    /// Its number among those of the error, from 1.
    pub number: i32,
    /// `requested`, `running`, `held_back` (no model is asked any more, rules are), `completed`, `failed` or
    /// `superseded`.
    pub state: String,
    /// What for: `new`, `regressed`, `frequent`, `asked` or `second_opinion`.
    pub because: String,
    /// Of a second opinion: the number of the one it is on.
    pub opinion_on: Option<i32>,
    /// Who asked, as `kind:id`.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When a worker began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was completed or failed.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it came to nothing: `no_occurrence`, `context_erased` or `gave_up`.
    pub failure: Option<String>,
    /// The number of the one that took its place.
    pub superseded_by: Option<i32>,
    /// What kind of cause it is.
    pub category: Option<String>,
    /// How sure the answer is, 0 to 1.
    pub confidence_score: Option<f64>,
    /// How bad it is to leave it.
    pub risk_level: Option<String>,
    /// Whether a cause was found.
    pub found: Option<bool>,
    /// By whom, and what it took.
    #[sqlx(flatten)]
    pub analysis_metadata: AnalysisMetadata,
}

/// An analysis with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Analysis {
    /// What a list shows.
    #[serde(flatten)]
    pub summary: AnalysisSummary,
    /// What was answered.
    #[serde(flatten)]
    pub answer: AnalysisAnswer,
    /// The answer was erased.
    pub answer_erased: bool,
    /// What it was made from was erased, so that no second opinion can be made of it.
    pub context_erased: bool,
    /// What the project's repository showed; null where the project has none, or the context is erased.
    pub repository: Option<AnalysisRepository>,
    /// Where its context is kept.
    #[serde(skip)]
    pub context: Option<TextId>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    summary: AnalysisSummary,
    context_text_id: Option<Uuid>,
    context_body: Option<String>,
    context_erased: bool,
    body: Option<String>,
    erased: bool,
}

/// Of the analyses `a` of an error, the one that counts first: the last that is complete and no second
/// opinion, or until there is one, the last that was asked for.
pub(crate) const COUNTS_FIRST: &str =
    "a.state = 'completed' and a.opinion_on is null desc, a.opinion_on is null desc, a.number desc";

const COLUMNS: &str = "a.error_id, a.number, a.state, a.because, a.opinion_on, a.requested_by, a.requested_at,
    a.started_at, a.ended_at, a.failure, a.superseded_by, a.category,
    a.confidence::double precision / 100 as confidence_score, a.risk as risk_level, a.found,
    a.provider, a.model, a.prompt_version, a.input_tokens, a.output_tokens, a.cost_micros, a.milliseconds,
    a.context_digest, a.dropped, a.held_back, a.held_back_at";

/// All of an error, newest first.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    limit: u32,
) -> Result<Vec<AnalysisSummary>, QueryError> {
    Ok(sqlx::query_as(&format!(
        "select {COLUMNS} from projection_analyses.analyses a
          where a.organization_id = $1 and a.error_id = $2 order by a.number desc limit $3"
    ))
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?)
}

/// The one with this number, or the current one: the last completed that is no second opinion, or,
/// until there is one, the last that was asked for.
pub(crate) async fn one(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    number: Option<u32>,
) -> Result<Option<Analysis>, QueryError> {
    let row: Option<Row> = sqlx::query_as(&format!(
        "select {COLUMNS}, a.context_text_id, t.body, t.erased_at is not null as erased,
                c.body as context_body, c.erased_at is not null as context_erased
           from projection_analyses.analyses a
           left join texts t on t.organization_id = a.organization_id and t.text_id = a.answer_text_id
           left join texts c on c.organization_id = a.organization_id and c.text_id = a.context_text_id
          where a.organization_id = $1 and a.error_id = $2 and ($3::bigint is null or a.number = $3)
          order by {COUNTS_FIRST} limit 1"
    ))
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(number.map(i64::from))
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Analysis {
        answer: row
            .body
            .filter(|_| !row.erased)
            .map(|body| AnalysisAnswer::read(&body))
            .unwrap_or_default(),
        answer_erased: row.erased,
        context_erased: row.context_erased,
        repository: row
            .context_body
            .as_deref()
            .and_then(AnalysisRepository::read),
        context: row.context_text_id.map(TextId),
        summary: row.summary,
    }))
}
