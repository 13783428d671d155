//! Who may send.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{assert_rejected, lines, message};
use crate::app::{Answer, TestApp, envelope, send};

/// A request without a key.
fn bare(app: &TestApp, query: &str) -> RequestBuilder {
    let path = format!("/api/{}/envelope/{query}", app.project.id);
    app.request(Method::POST, &path)
}

fn body() -> Vec<u8> {
    envelope(&[&message("who")])
}

/// An envelope whose header names a DSN.
fn body_for(dsn: &str) -> Vec<u8> {
    let header = json!({"dsn": dsn}).to_string();
    lines(&[&header, r#"{"type":"event"}"#, r#"{"message":"who"}"#])
}

async fn send_with_key(app: &TestApp, key: &str) -> Answer {
    let request = bare(app, "").header("x-sentry-auth", format!("Sentry sentry_key={key}"));
    send(request.body(body())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_found_in_each_place() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    let places = [
        bare(&app, "")
            .header(
                "x-sentry-auth",
                format!("Sentry sentry_version=7, sentry_key={key}, sentry_client=a/1"),
            )
            .body(body()),
        bare(&app, "")
            .header("authorization", format!("Sentry sentry_key={key}"))
            .body(body()),
        bare(&app, &format!("?sentry_version=7&sentry_key={key}")).body(body()),
        bare(&app, "").body(body_for(&app.project.dsn)),
    ];
    for request in places {
        send(request).await.expect(200);
    }
    assert_eq!(app.stored().await, 4);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_that_agree_are_one_key() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    let request = bare(&app, &format!("?sentry_key={key}"))
        .header("x-sentry-auth", format!("Sentry sentry_key={key}"))
        .header("authorization", format!("Sentry sentry_key={key}"));
    send(request.body(body_for(&app.project.dsn)))
        .await
        .expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_that_disagree_are_refused() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    let other = app.another_project().await;
    let in_headers = bare(&app, &format!("?sentry_key={key}")).header(
        "x-sentry-auth",
        format!("Sentry sentry_key={}", other.dsn_key),
    );
    let in_the_body = bare(&app, &format!("?sentry_key={key}")).body(body_for(&other.dsn));
    for request in [in_headers.body(body()), in_the_body] {
        assert_rejected(&send(request).await, 403, "name different keys");
    }
    assert_eq!(app.stored().await, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_taken() {
    let app = TestApp::start().await;
    for name in ["envelope", "store"] {
        let path = format!("/api/{}/{name}/", app.project.id);
        let answer = send(app.request(Method::POST, &path).body(body())).await;
        assert_rejected(&answer, 403, "no key");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_refused() {
    let app = TestApp::start().await;
    let answer = send_with_key(&app, "00000000000000000000000000000000").await;
    assert_rejected(&answer, 403, "unknown");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_key_is_refused() {
    let app = TestApp::start().await;
    sqlx::query("update dsn_keys set enabled = false")
        .execute(&app.owner)
        .await
        .unwrap();
    let answer = send_with_key(&app, &app.project.dsn_key).await;
    assert_rejected(&answer, 403, "disabled");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_another_project_is_refused() {
    let app = TestApp::start().await;
    for other in [
        app.another_project().await,
        app.another_organization().await,
    ] {
        let answer = send_with_key(&app, &other.dsn_key).await;
        assert_rejected(&answer, 403, "another project");
    }
    assert_eq!(app.stored().await, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_to_the_api_does_not_open_ingest() {
    let app = TestApp::start().await;
    let answer = send_with_key(&app, &app.project.api_key).await;
    assert_rejected(&answer, 403, "unknown");
    let bearer = bare(&app, "").bearer_auth(&app.project.api_key);
    assert_rejected(&send(bearer.body(body())).await, 403, "no key");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_neither_needed_nor_looked_at() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    let request = bare(&app, "").header(
        "x-sentry-auth",
        format!("Sentry sentry_key={key}, sentry_secret=anything"),
    );
    send(request.body(body())).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_no_database_would_take_is_unknown() {
    let app = TestApp::start().await;
    for key in ["%00", "a%00b", "%ff", &"k".repeat(5_000)] {
        let request = bare(&app, &format!("?sentry_key={key}"));
        assert_rejected(&send(request.body(body())).await, 403, "unknown");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused_before_the_body_is_inflated() {
    let app = TestApp::start().await;
    let request = bare(&app, "?sentry_key=wrong").header("content-encoding", "gzip");
    assert_rejected(&send(request.body("no gzip")).await, 403, "unknown");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_names_no_project_is_refused() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    for project in ["0", "999999999999999999999", "x", "%ff", "01"] {
        let path = format!("/api/{project}/envelope/?sentry_key={key}");
        let answer = send(app.request(Method::POST, &path).body(body())).await;
        assert_eq!(answer.status, 403, "{project}: {}", answer.body);
    }
    app.stop().await;
}
