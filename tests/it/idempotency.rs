//! `Idempotency-Key`: the same key twice has one effect and one answer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::errors::{detail, reported};

async fn create(app: &TestApp, key: &str, report: &Value) -> Answer {
    let request = app.signed(Method::POST, "/api/v1/errors");
    send(request.header("idempotency-key", key).json(report)).await
}

async fn change(app: &TestApp, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let request = app.signed(method, &format!("/api/v1/errors/{path}"));
    send(request.header("idempotency-key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_sent_again_gets_the_first_answer() {
    let app = TestApp::start().await;
    let report = json!({"title": "once"});
    let first = create(&app, "k", &report).await;
    let position = first.position();
    assert!(position > 0);
    let again = create(&app, "k", &report).await;
    assert_eq!(again.position(), position);
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_joined_an_error_is_answered_alike_again() {
    let app = TestApp::start().await;
    let report = json!({"title": "known"});
    reported(&app, "known").await;
    let first = create(&app, "k", &report).await.expect(201);
    assert_eq!(first["outcome"], "known");
    assert_eq!(create(&app, "k", &report).await.expect(201), first);
    assert_eq!(app.errors().await[0]["count"], 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_sent_at_once_with_one_key_count_once() {
    let app = TestApp::start().await;
    let report = json!({"title": "eager"});
    let answers = futures::future::join_all((0..10).map(|_| create(&app, "k", &report))).await;
    let answers: Vec<_> = answers.into_iter().map(|a| a.expect(201)).collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_another_body_is_refused_without_effect() {
    let app = TestApp::start().await;
    create(&app, "k", &json!({"title": "one"}))
        .await
        .expect(201);
    let refused = create(&app, "k", &json!({"title": "other"}))
        .await
        .expect(422);
    assert_eq!(refused["type"], "/problems/idempotency-key-reused");
    assert_eq!(app.stored().await, 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_kind_of_request_is_refused_without_effect() {
    let app = TestApp::start().await;
    let id = reported(&app, "one").await;
    let resolve = format!("{id}/resolve");
    change(&app, Method::POST, &resolve, "k", &json!({}))
        .await
        .expect(200);
    create(&app, "k", &json!({"title": "other"}))
        .await
        .expect(422);
    change(&app, Method::POST, &format!("{id}/reopen"), "k", &json!({}))
        .await
        .expect(422);
    assert_eq!(app.stored().await, 1);
    assert_eq!(detail(&app, &id).await["status"], "resolved");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_again_gets_the_first_answer_whatever_happened_since() {
    let app = TestApp::start().await;
    let id = reported(&app, "one").await;
    let resolve = format!("{id}/resolve");
    let first = change(&app, Method::POST, &resolve, "k", &json!({})).await;
    let position = first.position();
    app.post(&format!("/api/v1/errors/{id}/reopen"), &json!({}))
        .await
        .expect(200);
    let again = change(&app, Method::POST, &resolve, "k", &json!({})).await;
    assert_eq!(again.position(), position);
    assert_eq!(again.expect(200), first.expect(200));
    assert_eq!(detail(&app, &id).await["status"], "detected");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_sent_again_gets_the_first_answer() {
    let app = TestApp::start().await;
    let id = reported(&app, "one").await;
    let first = change(&app, Method::DELETE, &id, "k", &Value::Null)
        .await
        .expect(200);
    let again = change(&app, Method::DELETE, &id, "k", &Value::Null)
        .await
        .expect(200);
    assert_eq!(again, first);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_sent_again_gets_the_first_answer_though_both_are_gone() {
    let app = TestApp::start().await;
    let (one, other) = (reported(&app, "one").await, reported(&app, "other").await);
    let merge = format!("{one}/merge");
    let into = json!({"into": other});
    let first = change(&app, Method::POST, &merge, "k", &into)
        .await
        .expect(200);
    app.delete(&format!("/api/v1/errors/{other}"))
        .await
        .expect(200);
    let again = change(&app, Method::POST, &merge, "k", &into)
        .await
        .expect(200);
    assert_eq!(again, first);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_sent_again_with_its_etag_is_not_stale() {
    let app = TestApp::start().await;
    let id = reported(&app, "one").await;
    let put = async || {
        let request = app.signed(Method::PUT, &format!("/api/v1/errors/{id}"));
        let request = request
            .header("idempotency-key", "k")
            .header("if-match", "\"1\"");
        send(request.json(&json!({"title": "two"})))
            .await
            .expect(200)
    };
    assert_eq!(put().await, put().await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_tells_nothing_to_another_project() {
    let mut app = TestApp::start().await;
    let report = json!({"title": "mine"});
    create(&app, "k", &report).await.expect(201);
    app.project = app.another_project().await;
    create(&app, "k", &report).await.expect(422);
    app.project = app.another_organization().await;
    create(&app, "k", &report).await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::start().await;
    for key in ["", " ", &"k".repeat(201)] {
        create(&app, key, &json!({"title": "x"})).await.expect(400);
    }
    create(&app, &"k".repeat(200), &json!({"title": "x"}))
        .await
        .expect(201);
    app.stop().await;
}
