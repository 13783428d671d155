//! Reporting an error in plain words.

use serde_json::{Value, json};

use super::{detail, reported};
use crate::app::TestApp;

async fn create(app: &TestApp, report: &Value) -> crate::app::Answer {
    app.post("/api/v1/errors", report).await
}

/// A valid report with one field more or another value.
fn with(field: &str, value: Value) -> Value {
    let mut report = json!({"title": "a report"});
    report[field] = value;
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_a_report_is_kept() {
    let app = TestApp::start().await;
    let report = json!({
        "title": "Checkout fails", "description": "Since this morning.", "severity": "critical",
        "source": "support", "source_id": "T-17", "project_id": app.project.id.to_string(),
        "context": {"release": "shop@2", "environment": "live", "user": {"id": "7"}},
        "metadata": {"ticket": 17}, "category": "payment", "tags": ["urgent", "shop:north"],
    });
    let answer = create(&app, &report).await;
    let position = answer.position();
    let created = answer.expect(201);
    assert_eq!(created["outcome"], "new");
    assert_eq!(created["position"], position);

    let error = detail(&app, created["id"].as_str().unwrap()).await;
    for field in [
        "title",
        "description",
        "severity",
        "source",
        "source_id",
        "category",
        "tags",
    ] {
        assert_eq!(error[field], report[field], "{field}");
    }
    assert_eq!(error["environments"], json!(["live"]));
    assert_eq!(error["releases"], json!(["shop@2"]));
    assert_eq!(error["tag_values"], json!(["shop:north"]));
    assert_eq!(error["users_affected"], 1);

    let event_id = created["event_id"].as_str().unwrap();
    let payload = app.occurrence(event_id).await["payload"].clone();
    assert_eq!(payload["extra"]["metadata"], report["metadata"]);
    assert_eq!(payload["extra"]["context"], report["context"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_enough() {
    let app = TestApp::start().await;
    let id = reported(&app, "only this").await;
    let error = detail(&app, &id).await;
    assert_eq!(error["severity"], "medium");
    assert_eq!(error["source"], "api");
    assert_eq!(error["status"], "detected");
    assert_eq!(error["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_again_joins_the_known_error() {
    let app = TestApp::start().await;
    let first = reported(&app, "no disk space left").await;
    let answer = create(&app, &json!({"title": "no disk space left"})).await;
    let again = answer.expect(201);
    assert_eq!(again["outcome"], "known");
    assert_eq!(again["id"], json!(first));
    assert_eq!(detail(&app, &first).await["count"], 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_at_their_limits_are_taken() {
    let app = TestApp::start().await;
    for (field, value) in [
        ("title", json!("ä".repeat(255))),
        ("description", json!("d".repeat(10_000))),
        ("source", json!("s".repeat(100))),
        ("source_id", json!("i".repeat(255))),
        ("category", json!("c".repeat(100))),
        ("tags", json!(vec!["t".repeat(200)])),
        (
            "tags",
            json!((0..50).map(|n| format!("t{n}")).collect::<Vec<_>>()),
        ),
        ("project_id", json!(app.project.id)),
        ("context", Value::Null),
    ] {
        create(&app, &with(field, value)).await.expect(201);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_over_their_limits_are_refused_by_name() {
    let app = TestApp::start().await;
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(256))),
        ("description", json!("x".repeat(10_001))),
        ("source", json!("")),
        ("source", json!("x".repeat(101))),
        ("source_id", json!("x".repeat(256))),
        ("category", json!("")),
        ("category", json!("x".repeat(101))),
        ("tag", json!(vec!["x".repeat(201)])),
        ("tag", json!([""])),
        (
            "tags",
            json!((0..51).map(|n| n.to_string()).collect::<Vec<_>>()),
        ),
        ("context", json!([])),
        ("metadata", json!("text")),
        ("project_id", json!(app.project.id + 1)),
    ] {
        let sent = if field == "tag" { "tags" } else { field };
        let refused = create(&app, &with(sent, value)).await.expect(422);
        let told = refused["detail"].as_str().unwrap();
        assert!(told.contains(field), "{field}: {told}");
    }
    assert_eq!(app.stored().await, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_another_kind_are_refused() {
    let app = TestApp::start().await;
    for (field, value) in [
        ("title", json!(7)),
        ("severity", json!("dreadful")),
        ("tags", json!("one")),
        ("description", json!([])),
        ("unheard_of", json!(1)),
    ] {
        create(&app, &with(field, value)).await.expect(422);
    }
    create(&app, &json!({})).await.expect(422);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_what_is_kept_as_it_came_is_replaced() {
    let app = TestApp::start().await;
    let nul = "a\0b";
    let report = json!({
        "title": "x", "stack_trace": nul, "context": {nul: nul, "release": nul}, "metadata": {nul: nul},
    });
    let created = create(&app, &report).await.expect(201);
    let event_id = created["event_id"].as_str().unwrap();
    let occurrence = app.occurrence(event_id).await;
    assert_eq!(occurrence["payload"]["release"], "a\u{fffd}b");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_scrubbed_from_a_report() {
    let app = TestApp::start().await;
    let created = create(
        &app,
        &json!({
            "title": "login with password=hunter2", "description": "the password=hunter2 was typed",
            "context": {"api_key": "hunter2"}, "stack_trace": "Error: token=hunter2\n    at a (b.js:1:1)",
        }),
    )
    .await
    .expect(201);
    let error = detail(&app, created["id"].as_str().unwrap()).await;
    let event_id = created["event_id"].as_str().unwrap();
    let occurrence = app.occurrence(event_id).await;
    for read in [error.to_string(), occurrence.to_string()] {
        assert!(!read.contains("hunter2"), "{read}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_grows_by_scrubbing_is_cut() {
    let app = TestApp::start().await;
    let title = format!("{} pwd=a", "x".repeat(249));
    let id = reported(&app, &title).await;
    let path = format!("/api/v1/errors/{id}");
    for title in [title, format!("{} pwd=b", "y".repeat(249))] {
        app.put(&path, &json!({"title": title})).await.expect(200);
        let kept = detail(&app, &id).await["title"].clone();
        assert_eq!(kept.as_str().unwrap().chars().count(), 255);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_trace_is_kept_as_it_was_sent() {
    let app = TestApp::start().await;
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'";
    let created = create(&app, &with("stack_trace", json!(trace)))
        .await
        .expect(201);
    let event_id = created["event_id"].as_str().unwrap();
    let payload = app.occurrence(event_id).await["payload"].clone();
    assert_eq!(payload["extra"]["stack_trace"], trace);
    app.stop().await;
}
