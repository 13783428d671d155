//! The bodies of the REST API count among the bytes in flight, as those of SDKs do.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::{TestApp, envelope, wait_until};
use crate::problems::assert_problem;

const NO_ROOM: &str = "too many bytes are in flight";

/// A report of so many bytes.
fn report(bytes: usize) -> Value {
    json!({"title": "large", "metadata": {"a": "x".repeat(bytes)}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_for_which_there_is_no_room_is_told_to_come_back() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    for (path, body) in [
        ("/api/v1/errors", report(400_000)),
        (
            "/api/v1/errors/bulk-ingest",
            json!({"errors": [report(200_000), report(200_000)]}),
        ),
        (
            "/api/v1/errors/bulk-actions",
            json!({"action": "tag", "ids": [], "add": ["x".repeat(400_000)]}),
        ),
    ] {
        let answer = app.post(path, &body).await;
        assert_problem(&answer, 429, "busy");
        assert_eq!(
            answer.body["detail"].as_str().unwrap().split(':').next(),
            Some(NO_ROOM)
        );
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(app.stored().await, 0);
    for _ in 0..3 {
        app.post("/api/v1/errors", &report(200_000))
            .await
            .expect(201);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_still_coming_takes_room_from_sdks_until_it_is_answered() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let body = report(300_000).to_string();
    let (first, last) = body.split_at(body.len() - 5);
    let mut connection = app.connection().await;
    let head = format!(
        "POST /api/v1/errors HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        app.project.api_key,
        body.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(first.as_bytes()).await.unwrap();
    wait_until("the report takes room", async || {
        app.metric("bugsage_ingest_bytes_in_flight").await > 850_000
    })
    .await;

    let event = envelope(&[&json!({"message": "x".repeat(200_000)})]);
    app.send_envelope(&event).await.expect(429);
    connection.write_all(last.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    app.send_envelope(&event).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_key_takes_no_room() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let request = app.request(Method::POST, "/api/v1/errors");
    let answer = crate::app::send(request.json(&report(900_000))).await;
    assert_problem(&answer, 401, "unauthorized");
    app.stop().await;
}
