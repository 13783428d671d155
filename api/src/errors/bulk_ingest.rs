//! Reporting many errors, an answer for each.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bugsage_commands::ingest::Submission;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::at_position;
use super::body::Body;
use super::report::{ErrorCreate, ErrorCreated};
use super::submission::{named, submission};
use crate::access::{Authorized, Caller, may};
use crate::heavy;
use crate::input::List;
use crate::problem::Problem;
use crate::problem::documented::Reporting;
use crate::state::App;

/// Reports in one request.
const BULK_MAX: usize = 1_000;
/// Bytes of such a request.
const BODY_MAX: usize = 20 * 1024 * 1024;

/// Many reports.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkIngest {
    /// 1 to 1,000 of them.
    #[schema(value_type = Vec<Object>, min_items = 1, max_items = 1000)]
    pub errors: List<Box<RawValue>, BULK_MAX, 1>,
}

/// The answer to one of many reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkItem {
    /// Its place in the request, from 0.
    pub index: usize,
    /// 201, or why not.
    pub status: u16,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCreated>,
    /// What was wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// An answer for each report.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkIngested {
    /// How many are stored.
    pub accepted: usize,
    /// How many are not.
    pub rejected: usize,
    /// In the order of the request.
    pub results: Vec<BulkItem>,
}

/// Reports many errors; each has its own answer, and bad ones fail no good ones.
#[utoipa::path(post, path = "/api/v1/errors/bulk-ingest", tag = "errors", security(("api_key" = ["occurrences:write"])), request_body = BulkIngest, responses(
    (status = 200, description = "An answer for each", body = BulkIngested),
    Reporting,
))]
pub async fn bulk_ingest(
    State(app): State<App>,
    caller: Authorized<may::OccurrencesWrite>,
    headers: HeaderMap,
    Body(bulk, _held): Body<BulkIngest, BODY_MAX>,
) -> Result<Response, Problem> {
    let mut results = Vec::with_capacity(bulk.errors.len());
    let mut waiting = Vec::new();
    let mut submissions = Vec::new();
    let usual = heavy::announced(&headers) / bulk.errors.len();
    for (index, report) in bulk.errors.into_iter().enumerate() {
        tokio::task::yield_now().await;
        match prepared(&app, &caller, &report, usual).await {
            Ok((submission, report)) => {
                submissions.push(submission);
                waiting.push((index, report));
            }
            Err(problem) => results.push(item(index, Err(problem))),
        }
    }
    let mut position = 0;
    for ((index, report), stored) in waiting
        .into_iter()
        .zip(app.ingest.store(submissions).await?)
    {
        let answer = stored
            .map(|stored| ErrorCreated::of(&report, &stored))
            .map_err(Problem::from);
        position = position.max(answer.as_ref().map_or(0, |created| created.position));
        results.push(item(index, answer));
    }
    results.sort_by_key(|result| result.index);
    let accepted = results
        .iter()
        .filter(|result| result.error.is_some())
        .count();
    let rejected = results.len() - accepted;
    let body = Json(BulkIngested {
        accepted,
        rejected,
        results,
    });
    Ok(at_position(position, body))
}

async fn prepared(
    app: &App,
    caller: &Caller,
    report: &RawValue,
    bytes: usize,
) -> Result<(Submission, ErrorCreate), Problem> {
    let read = || {
        let mut json = serde_json::Deserializer::from_str(report.get());
        serde_path_to_error::deserialize(&mut json)
    };
    let report: ErrorCreate = app
        .heavy
        .run(bytes, read)
        .await
        .map_err(|error| Problem::invalid(error.to_string()))?;
    let project = caller.reporting_to(app, named(&report)?).await?;
    let work = || submission(app, &project.reporter, &report, None);
    let submission = app.heavy.run(bytes, work).await?;
    Ok((submission, report))
}

fn item(index: usize, answer: Result<ErrorCreated, Problem>) -> BulkItem {
    match answer {
        Ok(error) => BulkItem {
            index,
            status: 201,
            error: Some(error),
            problem: None,
        },
        Err(problem) => BulkItem {
            index,
            status: problem.status,
            error: None,
            problem: Some(problem),
        },
    }
}
