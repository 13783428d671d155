//! Reading your own writes: a read may ask to wait until the projections have reached a position.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bugsage_event_store::subscription;

use crate::problem::Problem;
use crate::state::App;

/// The request header: a position that a write answered.
pub const HEADER: &str = "x-bugsage-min-position";
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pause between two looks; a projection is usually there within one.
const PAUSE: Duration = Duration::from_millis(5);

/// Holds a request that carries the header until every projection has reached that position.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(value) = request.headers().get(HEADER) else {
        return next.run(request).await;
    };
    let Some(position) = value
        .to_str()
        .ok()
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
    while subscription::reached(&app.database).await? < position {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
