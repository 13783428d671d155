//! Reading your own writes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::errors::reported;

async fn list_at(app: &TestApp, position: &str) -> Answer {
    let request = app.signed(Method::GET, "/api/v1/errors");
    send(request.header("x-bugsage-min-position", position)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_waits_for_a_write_sees_it() {
    let app = TestApp::start().await;
    for n in 1..=20 {
        let title = "x".repeat(n);
        let answer = app.post("/api/v1/errors", &json!({"title": title})).await;
        let list = list_at(&app, &answer.position().to_string()).await;
        assert_eq!(list.expect(200)["total"], n);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_says_which_position_it_reached() {
    let app = TestApp::start().await;
    let (id, into) = (reported(&app, "one").await, reported(&app, "two").await);
    let mut reached = 0;
    let path = |below: &str| format!("/api/v1/errors/{id}{below}");
    for (method, path, body) in [
        (
            Method::POST,
            "/api/v1/errors".to_owned(),
            json!({"title": "three"}),
        ),
        (
            Method::POST,
            "/api/v1/errors/bulk-ingest".to_owned(),
            json!({"errors": [{"title": "four"}]}),
        ),
        (Method::PUT, path(""), json!({"title": "five"})),
        (Method::POST, path("/resolve"), json!({})),
        (Method::POST, path("/reopen"), json!({})),
        (Method::POST, path("/ignore"), json!({})),
        (Method::POST, path("/merge"), json!({"into": into})),
        (Method::POST, path("/unmerge"), json!({})),
        (
            Method::POST,
            "/api/v1/errors/bulk-actions".to_owned(),
            json!({"action": "resolve", "ids": [id]}),
        ),
        (Method::DELETE, path(""), Value::Null),
    ] {
        let answer = send(app.signed(method.clone(), &path).json(&body)).await;
        assert!(
            answer.status.is_success(),
            "{method} {path}: {}",
            answer.body
        );
        assert!(answer.position() > reached, "{method} {path}");
        reached = answer.position();
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_none_is_refused() {
    let app = TestApp::start().await;
    for wrong in ["", "x", "1.5", "99999999999999999999", "0x1"] {
        list_at(&app, wrong).await.expect(400);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_not_reached_in_time_is_told() {
    let app = TestApp::start().await;
    let answer = list_at(&app, "1000000").await;
    assert!(answer.header("retry-after").is_some());
    let told = answer.expect(503);
    assert!(
        told["detail"].as_str().unwrap().contains("1000000"),
        "{told}"
    );
    app.stop().await;
}

/// Or anybody could keep the service busy.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_without_a_key() {
    let app = TestApp::start().await;
    let request = app.request(Method::GET, "/api/v1/errors");
    send(request.header("x-bugsage-min-position", "1000000"))
        .await
        .expect(401);
    app.stop().await;
}
