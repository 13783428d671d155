//! Reading errors and their occurrences.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use bugsage_domain::error::ErrorStatus;
use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_domain::severity::Severity;
use bugsage_projections::QueryError;
use bugsage_projections::activity::ActivityEntry;
use bugsage_projections::errors::{ErrorDetail, ErrorList, ListQuery, Order, Sort};
use bugsage_projections::occurrences::{Occurrence, OccurrenceList, OccurrencesQuery};
use bugsage_projections::statistics::Statistics;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Asked, At, with_etag};
use crate::keys::Caller;
use crate::problem::Problem;
use crate::state::App;

/// What a list of errors is asked for; all filters must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// low, medium, high or critical.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// detected, analyzing, fixing, resolved or ignored.
    #[param(value_type = Option<String>)]
    status: Option<ErrorStatus>,
    /// Where it was reported.
    source: Option<String>,
    /// The project's number; a key sees its own project alone.
    project_id: Option<i64>,
    /// Who looks after it.
    assigned_to: Option<String>,
    /// Its category.
    category: Option<String>,
    /// One of its tags, or `key:value` of one of its occurrences.
    tag: Option<String>,
    /// Seen in this environment.
    environment: Option<String>,
    /// Seen in this release.
    release: Option<String>,
    /// Text in title or culprit.
    search: Option<String>,
    /// Last seen then or later (RFC 3339).
    date_from: Option<DateTime<Utc>>,
    /// Last seen then or earlier (RFC 3339).
    date_to: Option<DateTime<Utc>>,
    /// last_seen, first_seen, count or users_affected.
    #[param(value_type = Option<String>)]
    sort: Sort,
    /// desc or asc.
    #[param(value_type = Option<String>)]
    order: Order,
    /// Rows to leave out.
    skip: u32,
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before; instead of skip.
    cursor: Option<String>,
}

impl Default for ListParams {
    fn default() -> Self {
        let ListQuery {
            sort,
            order,
            skip,
            limit,
            ..
        } = ListQuery::default();
        Self {
            sort,
            order,
            skip,
            limit,
            severity: None,
            status: None,
            source: None,
            project_id: None,
            assigned_to: None,
            category: None,
            tag: None,
            environment: None,
            release: None,
            search: None,
            date_from: None,
            date_to: None,
            cursor: None,
        }
    }
}

impl From<ListParams> for ListQuery {
    fn from(params: ListParams) -> Self {
        Self {
            severity: params.severity,
            status: params.status,
            source: params.source,
            assignee: params.assigned_to,
            category: params.category,
            tag: params.tag,
            environment: params.environment,
            release: params.release,
            date_from: params.date_from,
            date_to: params.date_to,
            search: params.search,
            sort: params.sort,
            order: params.order,
            skip: params.skip,
            limit: params.limit,
            cursor: params.cursor,
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor | QueryError::Limit | QueryError::Days => {
                Self::bad_request(error.to_string())
            }
            QueryError::Payload(_) => Self::internal(&error),
            QueryError::Database(error) => error.into(),
        }
    }
}

/// Lists errors. Deleted ones and those merged into another are not among them.
#[utoipa::path(get, path = "/api/v1/errors", tag = "errors", params(ListParams), responses(
    (status = 200, description = "The errors", body = ErrorList),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(params): Asked<ListParams>,
) -> Result<Json<ErrorList>, Problem> {
    let own = caller.scope.project.map(|project| project.0);
    if params.project_id.is_some_and(|asked| own != Some(asked)) {
        return Err(Problem::bad_request(
            "project_id: this key sees its own project alone",
        ));
    }
    Ok(Json(
        app.queries
            .list(&caller.scope, &params.into(), app.clock.now())
            .await?,
    ))
}

/// One error.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}", tag = "errors", params(("error_id" = Uuid, Path)), responses(
    (status = 200, description = "The error; its version as ETag", body = ErrorDetail),
    (status = 400, description = "A header is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such error", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    At(id): At<Uuid>,
) -> Result<Response, Problem> {
    let detail = app
        .queries
        .detail(&caller.scope, ErrorId(id), app.clock.now())
        .await?;
    let detail = detail.ok_or_else(|| Problem::not_found("such error"))?;
    Ok(with_etag(detail.summary.version, detail))
}

/// How many rows of a list, and from where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before.
    cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 100,
            cursor: None,
        }
    }
}

/// The occurrences of an error and of all merged into it, newest first.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/occurrences", tag = "occurrences", params(("error_id" = Uuid, Path), Page), responses(
    (status = 200, description = "The occurrences", body = OccurrenceList),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such error", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn occurrences(
    State(app): State<App>,
    caller: Caller,
    At(id): At<Uuid>,
    Asked(page): Asked<Page>,
) -> Result<Json<OccurrenceList>, Problem> {
    let query = OccurrencesQuery {
        limit: page.limit,
        cursor: page.cursor,
    };
    let found = app
        .queries
        .occurrences(&caller.scope, ErrorId(id), &query)
        .await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// What was decided about an error, in words, newest first.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/activity", tag = "errors", params(("error_id" = Uuid, Path), Page), responses(
    (status = 200, description = "Its domain events", body = Vec<ActivityEntry>),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such error", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn activity(
    State(app): State<App>,
    caller: Caller,
    At(id): At<Uuid>,
    Asked(page): Asked<Page>,
) -> Result<Json<Vec<ActivityEntry>>, Problem> {
    let found = app
        .queries
        .activity(&caller.scope, ErrorId(id), page.limit)
        .await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// One occurrence by the id its sender got, with its error and everything that was sent.
#[utoipa::path(get, path = "/api/v1/occurrences/{event_id}", tag = "occurrences", params(("event_id" = Uuid, Path, description = "Dashed or not")), responses(
    (status = 200, description = "The occurrence", body = Occurrence),
    (status = 400, description = "A header is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such occurrence, or no longer kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn occurrence(
    State(app): State<App>,
    caller: Caller,
    At(id): At<Uuid>,
) -> Result<Json<Occurrence>, Problem> {
    let found = app.queries.occurrence(&caller.scope, EventId(id)).await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such occurrence"))
}

/// How far back statistics look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// Days that end with today, 1 to 366.
    days: u32,
}

impl Default for Period {
    fn default() -> Self {
        Self { days: 30 }
    }
}

/// Numbers over all errors of a period.
#[utoipa::path(get, path = "/api/v1/errors/statistics/summary", tag = "errors", params(Period), responses(
    (status = 200, description = "The numbers", body = Statistics),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No valid key", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database does not answer, or the position is not reached", body = Problem, content_type = "application/problem+json"),
))]
pub async fn statistics(
    State(app): State<App>,
    caller: Caller,
    Asked(period): Asked<Period>,
) -> Result<Json<Statistics>, Problem> {
    Ok(Json(
        app.queries
            .statistics(&caller.scope, period.days, app.clock.now())
            .await?,
    ))
}
