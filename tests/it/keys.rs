//! Who may read and change.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::errors::{detail, reported};

/// Every operation of the API that names an error or an occurrence, with a body it would take.
fn about(error: &str, event: &str) -> Vec<(Method, String, Value)> {
    let path = |below: &str| format!("/api/v1/errors/{error}{below}");
    vec![
        (Method::GET, path(""), Value::Null),
        (Method::GET, path("/occurrences"), Value::Null),
        (Method::GET, path("/activity"), Value::Null),
        (Method::GET, path("/similar"), Value::Null),
        (
            Method::GET,
            format!("/api/v1/occurrences/{event}"),
            Value::Null,
        ),
        (Method::PUT, path(""), json!({"title": "taken"})),
        (Method::POST, path("/resolve"), json!({})),
        (
            Method::POST,
            path("/ignore"),
            json!({"more_occurrences": 1}),
        ),
        (Method::POST, path("/reopen"), json!({})),
        (Method::POST, path("/merge"), json!({"into": error})),
        (Method::POST, path("/unmerge"), json!({})),
        (Method::DELETE, path(""), Value::Null),
    ]
}

/// Every operation that names none.
fn overall() -> Vec<(Method, String, Value)> {
    let id = uuid::Uuid::nil();
    let path = |below: &str| format!("/api/v1/errors{below}");
    vec![
        (Method::GET, path(""), Value::Null),
        (Method::GET, path("/statistics/summary"), Value::Null),
        (Method::POST, path(""), json!({"title": "x"})),
        (
            Method::POST,
            path("/bulk-ingest"),
            json!({"errors": [{"title": "x"}]}),
        ),
        (
            Method::POST,
            path("/bulk-actions"),
            json!({"action": "resolve", "ids": [id]}),
        ),
    ]
}

fn with_body(request: RequestBuilder, body: &Value) -> RequestBuilder {
    if body.is_null() {
        request
    } else {
        request.json(body)
    }
}

#[track_caller]
fn assert_unknown(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_or_changed_without_a_key() {
    let app = TestApp::start().await;
    let id = uuid::Uuid::nil().to_string();
    for (method, path, body) in about(&id, &id).into_iter().chain(overall()) {
        let answer = send(with_body(app.request(method.clone(), &path), &body)).await;
        assert_unknown(&answer, &format!("{method} {path}"));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_opens_nothing() {
    let app = TestApp::start().await;
    let key = app.project.api_key.clone();
    for value in [
        "Bearer bsk_00000000000000000000000000000000".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {key}"),
        key.clone(),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Bearer {}", key.to_uppercase()),
    ] {
        let request = app.request(Method::GET, "/api/v1/errors");
        let answer = send(request.header("authorization", &value)).await;
        assert_unknown(&answer, &value);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheme_is_read_in_any_case() {
    let app = TestApp::start().await;
    let value = format!("bearer {}", app.project.api_key);
    let request = app.request(Method::GET, "/api/v1/errors");
    send(request.header("authorization", value))
        .await
        .expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_dsn_can_read_nothing() {
    let app = TestApp::start().await;
    let key = &app.project.dsn_key;
    for value in [format!("Bearer {key}"), format!("Sentry sentry_key={key}")] {
        let request = app.request(Method::GET, &format!("/api/v1/errors?sentry_key={key}"));
        let request = request.header("x-sentry-auth", format!("Sentry sentry_key={key}"));
        let answer = send(request.header("authorization", &value)).await;
        assert_unknown(&answer, &value);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_opens_nothing() {
    let app = TestApp::start().await;
    sqlx::query("update api_keys set revoked_at = now()")
        .execute(&app.owner)
        .await
        .unwrap();
    assert_unknown(&app.get("/api/v1/errors").await, "revoked");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_is_stored_as_a_hash_alone() {
    let app = TestApp::start().await;
    let rows: Vec<String> = sqlx::query_scalar("select k::text from api_keys k")
        .fetch_all(&app.owner)
        .await
        .unwrap();
    let secret = app.project.api_key.trim_start_matches("bsk_");
    assert!(rows.iter().all(|row| !row.contains(secret)), "{rows:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_sees_and_changes_nothing_of_another() {
    let mut app = TestApp::start().await;
    let event_id = app.send_event(&json!({"message": "ours alone"})).await;
    let id = app.errors().await[0]["id"].as_str().unwrap().to_owned();
    let ours = app.project.clone();
    for other in [
        app.another_project().await,
        app.another_organization().await,
    ] {
        app.project = other;
        for (method, path, body) in about(&id, &event_id) {
            let answer = send(with_body(app.signed(method.clone(), &path), &body)).await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        }
        assert!(app.errors().await.is_empty());
        let statistics = app
            .get("/api/v1/errors/statistics/summary")
            .await
            .expect(200);
        assert_eq!(statistics["total_occurrences"], 0);
        let action = json!({"action": "delete", "ids": [id]});
        let body = app
            .post("/api/v1/errors/bulk-actions", &action)
            .await
            .expect(200);
        assert_eq!(body["results"][0]["status"], 404);
        let own = reported(&app, "theirs").await;
        let merge = json!({"into": id});
        app.post(&format!("/api/v1/errors/{own}/merge"), &merge)
            .await
            .expect(422);
    }
    app.project = ours;
    assert_eq!(detail(&app, &id).await["version"], 1, "nobody changed it");
    app.stop().await;
}
