//! Reading your own writes: a read may ask to wait until the projections have reached a position.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bugsage_event_store::subscription;

use crate::access::identity;
use crate::limits;
use crate::problem::Problem;
use crate::state::App;

/// The request header: a position that a write answered.
pub const HEADER: &str = "x-bugsage-min-position";
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first pause between two looks; a projection is usually there within one. Then it doubles.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_millis(160);

/// Holds a request that carries the header until every projection has reached that position.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    // Waiting costs: only for somebody who is known.
    let (mut parts, body) = request.into_parts();
    let known = identity::prove(&app, &mut parts).await;
    let admitted =
        known.and_then(|identity| limits::admit(&app, &parts.extensions, &identity.actor(), None));
    if let Err(problem) = admitted {
        return problem.into_response();
    }
    let request = Request::from_parts(parts, body);
    let value = request.headers().get(HEADER);
    let Some(position) = value
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<i64>().ok())
    else {
        return Problem::bad_request(
            "X-BugSage-Min-Position takes a position as a write answered it",
        )
        .into_response();
    };
    match tokio::time::timeout(PATIENCE, wait(&app, position)).await {
        Ok(Ok(())) => next.run(request).await,
        Ok(Err(error)) => Problem::from(error).into_response(),
        Err(_) => Problem::unavailable(format!(
            "the read side has not reached position {position} within 10 seconds: try again, or read without waiting"
        ))
        .into_response(),
    }
}

async fn wait(app: &App, position: i64) -> Result<(), sqlx::Error> {
    let mut pause = PAUSE;
    while subscription::reached(&app.database).await? < position {
        tokio::time::sleep(pause).await;
        pause = PAUSE_MAX.min(pause * 2);
    }
    Ok(())
}
