//! Reporting one error.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bugsage_commands::ingest::{Outcome, Stored, Submission, repeated};
use bugsage_event_store::Idempotency;

use super::at_position;
use super::body::Body;
use super::report::{ErrorCreate, ErrorCreated};
use super::submission::{named, submission};
use crate::access::{Authorized, Caller, may};
use crate::heavy;
use crate::idempotency;
use crate::problem::Problem;
use crate::problem::documented::Reporting;
use crate::state::App;

/// Reports an error. It is durable, and grouped with its like, before the answer.
#[utoipa::path(post, path = "/api/v1/errors", tag = "errors", security(("api_key" = ["occurrences:write"])), request_body = ErrorCreate,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, description = "Stored", body = ErrorCreated),
    Reporting,
))]
pub async fn create(
    State(app): State<App>,
    caller: Authorized<may::OccurrencesWrite>,
    headers: HeaderMap,
    Body(report, _held): Body<ErrorCreate>,
) -> Result<Response, Problem> {
    let reporter = caller.reporting_to(&app, named(&report)?).await?.reporter;
    let what = format!("create in {}", reporter.project_id);
    let key = idempotency::from_headers(&headers, &what, &report)?;
    let stored = match first_answer(&app, &caller, key.as_ref()).await? {
        Some(first) => first,
        None => {
            let bytes = heavy::announced(&headers);
            let submission = || submission(&app, &reporter, &report, key.clone());
            let submission = app.heavy.run(bytes, submission).await?;
            store(&app, &caller, submission, key.as_ref()).await?
        }
    };
    let created = ErrorCreated::of(&report, &stored);
    Ok(at_position(
        created.position,
        (StatusCode::CREATED, Json(created)),
    ))
}

async fn store(
    app: &App,
    caller: &Caller,
    submission: Submission,
    key: Option<&Idempotency>,
) -> Result<Stored, Problem> {
    let stored = app.ingest.store(vec![submission]).await?.into_iter().next();
    let stored = stored.ok_or_else(|| Problem::internal(&"no answer for one occurrence"))??;
    if stored.outcome == Outcome::Duplicate {
        // The same key came at the same moment, and the other request was first.
        let first = first_answer(app, caller, key).await?;
        return Ok(first.unwrap_or(stored));
    }
    Ok(stored)
}

async fn first_answer(
    app: &App,
    caller: &Caller,
    key: Option<&Idempotency>,
) -> Result<Option<Stored>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let first = repeated(&app.database, caller.organization(), key).await?;
    Ok(first.transpose()?)
}
