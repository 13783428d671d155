//! The id of a request: taken from the caller or made here, in every log line and answer.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::spans::{self, InSpan};
use opentelemetry::KeyValue;
use tracing::Instrument;
use tracing::field::Empty;

use crate::state::App;
use crate::{metrics, traces};

/// The header, in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Characters taken of a caller's id.
const MAX: usize = 128;
/// An answer that takes longer is told in the log.
const SLOW: Duration = Duration::from_secs(1);

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being served; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Names the organization in every line that the log has on this request from now on, and in
/// its trace.
pub(crate) fn belongs_to(organization: OrganizationId) {
    tracing::Span::current().record("organization", tracing::field::display(organization));
    spans::note(|| KeyValue::new("organization", organization.to_string()));
}

/// Gives a request its id, counts it, and logs how it ended.
pub(crate) async fn around<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let id = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty() && id.len() <= MAX && id.chars().all(|c| c.is_ascii_graphic()))
        .map_or_else(|| app.clock.new_id().simple().to_string(), str::to_owned);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = request.uri().path();
    let span =
        tracing::info_span!("request", request_id = %id, %method, path, organization = Empty);
    let traced = traces::span(&request, &id);
    let started = Instant::now();
    let served = async move {
        let response = next(request).await;
        let took = started.elapsed();
        metrics::answered(&method, route.as_ref(), response.status(), took);
        log(response.status(), took);
        traces::answered(response.status());
        response
    };
    let served = CURRENT.scope(id.clone(), served.in_span(traced));
    let mut response = served.instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// What went wrong or took long is worth a line; the rest is there for who looks closer.
fn log(status: StatusCode, took: Duration) {
    let (code, duration_ms) = (status.as_u16(), took.as_millis() as u64);
    if status.is_server_error() || took >= SLOW {
        tracing::info!(status = code, duration_ms, "served");
    } else {
        tracing::debug!(status = code, duration_ms, "served");
    }
}
