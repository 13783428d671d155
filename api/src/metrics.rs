//! Numbers about the service, as Prometheus reads them.
//!
//! Each metric is described once here, with what it counts, its unit and its labels; the
//! code that counts names it by the same text.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// How often what histograms collected is folded into their buckets; without it memory grows.
const FOLD: Duration = Duration::from_secs(5);
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
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::error!(%error, "no metrics are recorded"))
                .ok()?;
            describe();
            Some(handle)
        })
        .as_ref()
}

/// Records until `stop`.
pub(crate) async fn run(stop: CancellationToken) {
    let Some(recorder) = recorder() else { return };
    while !stop.is_cancelled() {
        recorder.run_upkeep();
        stop.run_until_cancelled(tokio::time::sleep(FOLD)).await;
    }
}

/// Every number, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()), responses(
    (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain; version=0.0.4"),
))]
pub async fn metrics() -> Response {
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn describe() {
    describe_counter!(
        "bugsage_ingest_events_total",
        Unit::Count,
        "Events that are durable, by outcome: new, known or duplicate."
    );
    describe_counter!(
        "bugsage_ingest_events_refused_total",
        Unit::Count,
        "Events that were refused beside others of their request: too large, too deep or no JSON."
    );
    describe_counter!(
        "bugsage_ingest_events_trimmed_total",
        Unit::Count,
        "Events of which frames, breadcrumbs, tags or text over a limit were left out."
    );
    describe_counter!(
        "bugsage_ingest_items_not_kept_total",
        Unit::Count,
        "Envelope items that are accepted and not kept, by Sentry's data category."
    );
    describe_counter!(
        "bugsage_ingest_items_broken_total",
        Unit::Count,
        "Envelope items whose framing is broken; the others of the envelope are kept."
    );
    describe_counter!(
        "bugsage_ingest_rejected_requests_total",
        Unit::Count,
        "Ingest requests of which nothing was taken, by reason."
    );
    describe_histogram!(
        "bugsage_ingest_batch_occurrences",
        Unit::Count,
        "Occurrences written by one commit."
    );
    describe_gauge!(
        "bugsage_projection_stalled",
        Unit::Count,
        "1 while the handler of the projection fails, else 0."
    );
}
