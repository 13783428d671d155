//! Numbers about the service, as Prometheus reads them.
//!
//! Each metric is described once in `described`, with what it counts, its unit and its labels;
//! the code that counts names it by the same text. What is a state and not a happening is looked
//! up in `sampled` when it is asked for.

mod described;
mod sampled;
mod scraper;

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::{MatchedPath, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::problem::documented::Asking;
use crate::state::App;
use scraper::Scraper;

/// How often what histograms collected is folded into their buckets; without it memory grows.
const FOLD: Duration = Duration::from_secs(5);
/// Bounds of durations, in seconds.
const SECONDS_BOUNDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// Bounds of the batch size: a batch holds 1 to 512 occurrences.
const BATCH_BOUNDS: [f64; 8] = [1.0, 2.0, 8.0, 32.0, 64.0, 128.0, 256.0, 512.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to record, once a process; later calls change nothing.
fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let batches = Matcher::Full("bugsage_ingest_batch_occurrences".to_owned());
            let handle = PrometheusBuilder::new()
                .set_buckets_for_metric(batches, &BATCH_BOUNDS)
                .and_then(|builder| {
                    let durations = Matcher::Suffix("_seconds".to_owned());
                    builder.set_buckets_for_metric(durations, &SECONDS_BOUNDS)
                })
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::error!(%error, "no metrics are recorded"))
                .ok()?;
            described::describe();
            Some(handle)
        })
        .as_ref()
}

/// Begins to record; before anything that counts.
pub(crate) fn start() {
    recorder();
}

/// Keeps what was recorded small and what needs the database fresh, until `stop`.
pub(crate) async fn run(projector: PgPool, stop: CancellationToken) {
    let Some(recorder) = recorder() else { return };
    while !stop.is_cancelled() {
        recorder.run_upkeep();
        sampled::projections(&projector).await;
        sampled::jobs(&projector).await;
        stop.run_until_cancelled(tokio::time::sleep(FOLD)).await;
    }
}

/// Every number of the installation, in Prometheus' text format, for who has `BUGSAGE_METRICS_TOKEN`.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(("metrics_token" = [])), responses(
    (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain; version=0.0.4"),
    Asking,
))]
pub async fn metrics(State(app): State<App>, _scraper: Scraper) -> Response {
    sampled::now(&app);
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// The method, if it is one that is used: a stranger's invention must not make a series.
pub(crate) fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Counts a request that was answered; `route` is none where the address is nobody's.
pub(crate) fn answered(
    method: &Method,
    route: Option<&MatchedPath>,
    status: StatusCode,
    took: Duration,
) {
    let method = known(method);
    let class = match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    };
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    metrics::counter!("bugsage_http_requests_total",
        "method" => method, "route" => route.clone(), "status" => class)
    .increment(1);
    metrics::histogram!("bugsage_http_request_duration_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
}
