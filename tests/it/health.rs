//! What probes and scrapers ask.

use reqwest::Method;
use serde_json::json;

use crate::app::{TestApp, send};

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
    let answer = send(app.request(Method::GET, "/metrics")).await;
    let page = answer.expect(200);
    let page = page.as_str().unwrap();
    for line in [
        "# HELP bugsage_ingest_events_total",
        "# TYPE bugsage_ingest_events_total counter",
        "bugsage_ingest_events_total{outcome=\"new\"}",
    ] {
        assert!(page.contains(line), "{page}");
    }
    app.stop().await;
}
