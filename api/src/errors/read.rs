//! Reading errors and their occurrences.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_projections::activity::ActivityEntry;
use bugsage_projections::errors::ErrorDetail;
use bugsage_projections::occurrences::{Occurrence, OccurrenceList, OccurrencesQuery};
use bugsage_projections::similar::SimilarErrors;
use bugsage_projections::statistics::Statistics;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Asked, At, with_etag};
use crate::access::{Authorized, may};
use crate::problem::Problem;
use crate::problem::documented::{Asking, AskingOne};
use crate::state::App;

/// One error.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}", tag = "errors", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path)), responses(
    (status = 200, description = "The error; its version as ETag", body = ErrorDetail),
    AskingOne,
))]
pub async fn get(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At(id): At<Uuid>,
) -> Result<Response, Problem> {
    let detail = app
        .queries
        .detail(caller.scope(), ErrorId(id), app.clock.now())
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
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/occurrences", tag = "occurrences", security(("api_key" = ["occurrences:read"])), params(("error_id" = Uuid, Path), Page), responses(
    (status = 200, description = "The occurrences", body = OccurrenceList),
    AskingOne,
))]
pub async fn occurrences(
    State(app): State<App>,
    caller: Authorized<may::OccurrencesRead>,
    At(id): At<Uuid>,
    Asked(page): Asked<Page>,
) -> Result<Json<OccurrenceList>, Problem> {
    let query = OccurrencesQuery {
        limit: page.limit,
        cursor: page.cursor,
    };
    let found = app
        .queries
        .occurrences(caller.scope(), ErrorId(id), &query)
        .await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// The errors of its project that an error is like, and by what, most alike first.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/similar", tag = "errors", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path)), responses(
    (status = 200, description = "Similar errors, each with why", body = SimilarErrors),
    AskingOne,
))]
pub async fn similar(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At(id): At<Uuid>,
) -> Result<Json<SimilarErrors>, Problem> {
    let now = app.clock.now();
    let found = app
        .queries
        .similar(caller.scope(), ErrorId(id), now)
        .await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// How many rows, from the newest on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Newest {
    /// Rows of the answer, 1 to 1,000.
    pub(super) limit: u32,
}

impl Default for Newest {
    fn default() -> Self {
        Self { limit: 100 }
    }
}

/// What was decided about an error, in words, newest first.
#[utoipa::path(get, path = "/api/v1/errors/{error_id}/activity", tag = "errors", security(("api_key" = ["errors:read"])), params(("error_id" = Uuid, Path), Newest), responses(
    (status = 200, description = "Its domain events", body = Vec<ActivityEntry>),
    AskingOne,
))]
pub async fn activity(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    At(id): At<Uuid>,
    Asked(newest): Asked<Newest>,
) -> Result<Json<Vec<ActivityEntry>>, Problem> {
    let found = app
        .queries
        .activity(caller.scope(), ErrorId(id), newest.limit)
        .await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("such error"))
}

/// One occurrence by the id its sender got, with its error and everything that was sent.
#[utoipa::path(get, path = "/api/v1/occurrences/{event_id}", tag = "occurrences", security(("api_key" = ["occurrences:read"])), params(("event_id" = Uuid, Path, description = "Dashed or not")), responses(
    (status = 200, description = "The occurrence", body = Occurrence),
    AskingOne,
))]
pub async fn occurrence(
    State(app): State<App>,
    caller: Authorized<may::OccurrencesRead>,
    At(id): At<Uuid>,
) -> Result<Json<Occurrence>, Problem> {
    let found = app.queries.occurrence(caller.scope(), EventId(id)).await?;
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
#[utoipa::path(get, path = "/api/v1/errors/statistics/summary", tag = "errors", security(("api_key" = ["errors:read"])), params(Period), responses(
    (status = 200, description = "The numbers", body = Statistics),
    Asking,
))]
pub async fn statistics(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    Asked(period): Asked<Period>,
) -> Result<Json<Statistics>, Problem> {
    Ok(Json(
        app.queries
            .statistics(caller.scope(), period.days, app.clock.now())
            .await?,
    ))
}
