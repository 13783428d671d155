//! What probes and scrapers ask.

use reqwest::Method;
use serde_json::json;

use crate::app::{TestApp, send, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_serves_is_healthy() {
    let app = TestApp::start().await;
    let health = send(app.request(Method::GET, "/health")).await.expect(200);
    assert_eq!(
        health,
        json!({"status": "healthy", "service": "bugsage-api", "database": "up", "nats": "off"})
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_say_what_they_count() {
    let app = TestApp::start().await;
    app.send_event(&json!({"message": "counted"})).await;
    let page = app.metrics().await;
    for line in [
        "# HELP bugsage_ingest_events_total",
        "# TYPE bugsage_ingest_events_total counter",
        "bugsage_ingest_events_total{outcome=\"new\"}",
    ] {
        assert!(page.contains(line), "{page}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_of_requests_commits_room_and_lag() {
    let app = TestApp::start().await;
    app.send_event(&json!({"message": "measured"})).await;
    app.errors().await;
    wait_until("every metric is there", async || {
        let page = app.metrics().await;
        [
            r#"bugsage_http_requests_total{method="GET",route="/api/v1/errors",status="2xx"}"#,
            r#"bugsage_http_request_duration_seconds_bucket{method="GET",route="/api/v1/errors",le="0.25"}"#,
            "bugsage_http_connections ",
            "bugsage_ingest_commit_seconds_bucket{le=",
            "bugsage_ingest_batch_occurrences_count ",
            "bugsage_ingest_queue_occurrences ",
            "bugsage_ingest_bytes_in_flight ",
            r#"bugsage_projection_stalled{projection="errors"}"#,
            r#"bugsage_projection_lag_positions{projection="errors"}"#,
            r#"bugsage_database_connections{state="idle"}"#,
            "bugsage_database_connections_max ",
        ]
        .iter()
        .all(|line| page.contains(line))
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_described() {
    let app = TestApp::start().await;
    app.send_event(&json!({"message": "described"})).await;
    let page = app.metrics().await;
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        assert!(page.contains(&format!("# HELP {name} ")), "{name}");
    }
    app.stop().await;
}
