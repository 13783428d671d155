//! Reporting one error.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bugsage_commands::ingest::{Outcome, Stored, repeated};
use bugsage_event_store::Idempotency;

use super::report::{ErrorCreate, ErrorCreated, submission};
use super::{Body, at_position};
use crate::idempotency;
use crate::keys::Caller;
use crate::problem::Problem;
use crate::problem::documented::Reporting;
use crate::state::App;

/// Reports an error. It is durable, and grouped with its like, before the answer.
#[utoipa::path(post, path = "/api/v1/errors", tag = "errors", request_body = ErrorCreate,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, description = "Stored", body = ErrorCreated),
    Reporting,
))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(report): Body<ErrorCreate>,
) -> Result<Response, Problem> {
    let what = format!("create in {}", caller.reporter.project_id);
    let key = idempotency::from_headers(&headers, &what, &report)?;
    let stored = match first_answer(&app, &caller, key.as_ref()).await? {
        Some(first) => first,
        None => store(&app, &caller, &report, key).await?,
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
    report: &ErrorCreate,
    key: Option<Idempotency>,
) -> Result<Stored, Problem> {
    let submission = submission(app, caller, report, key.clone())?;
    let stored = app.ingest.store(vec![submission]).await?.into_iter().next();
    let stored = stored.ok_or_else(|| Problem::internal(&"no answer for one occurrence"))??;
    if stored.outcome == Outcome::Duplicate {
        // The same key came at the same moment, and the other request was first.
        let first = first_answer(app, caller, key.as_ref()).await?;
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
    let first = repeated(&app.database, caller.scope.organization, key).await?;
    Ok(first.transpose()?)
}
