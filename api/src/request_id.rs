//! The id of a request: taken from the caller or made here, in every log line and answer.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::state::App;

/// The header, in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Characters taken of a caller's id.
const MAX: usize = 128;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being served; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives each request its id, and logs how it ended.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty() && id.len() <= MAX && id.chars().all(|c| c.is_ascii_graphic()))
        .map_or_else(|| app.clock.new_id().simple().to_string(), str::to_owned);
    let span = tracing::info_span!("request", request_id = %id, method = %request.method(), path = request.uri().path());
    let started = std::time::Instant::now();
    let mut response = CURRENT
        .scope(id.clone(), async move {
            let response = next.run(request).await;
            tracing::debug!(
                status = response.status().as_u16(),
                duration_ms = started.elapsed().as_millis() as u64,
                "served"
            );
            response
        })
        .instrument(span)
        .await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
