//! Every error of the API is a problem (RFC 9457) with the id of its request.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::{Answer, PATIENCE, TestApp, send};

/// Fails unless it is a problem of this kind that names its own request.
#[track_caller]
pub(crate) fn assert_problem(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.body["type"], json!(format!("/problems/{kind}")));
    assert_eq!(answer.body["status"], json!(status));
    assert_eq!(
        answer.body["request_id"].as_str(),
        answer.header("x-request-id")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_a_problem() {
    let app = TestApp::start().await;
    for path in [
        "/",
        "/nowhere",
        "/api/v1",
        "/api/v1/nowhere",
        "/api/v2/errors",
        "/%ff",
        "//",
    ] {
        assert_problem(&app.get(path).await, 404, "not-found");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_taken_is_a_problem() {
    let app = TestApp::start().await;
    for (method, path) in [
        (Method::PATCH, "/api/v1/errors"),
        (Method::DELETE, "/api/v1/errors"),
        (Method::POST, "/health"),
        (Method::GET, "/api/v1/errors/bulk-actions"),
    ] {
        let answer = send(app.signed(method, path)).await;
        assert_problem(&answer, 405, "method-not-allowed");
        assert!(answer.header("allow").is_some(), "{path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_pauses_half_way_is_refused_in_time_and_holds_nobody_up() {
    let app = TestApp::start().await;
    let key = &app.project.api_key;
    let begun = format!(
        "POST /api/v1/errors HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"title\": "
    );
    let mut stalling = Vec::new();
    for _ in 0..20 {
        let mut connection = app.connection().await;
        connection.write_all(begun.as_bytes()).await.unwrap();
        stalling.push(connection);
    }
    crate::errors::reported(&app, "of somebody else").await;
    for mut connection in stalling {
        let mut answer = String::new();
        tokio::time::timeout(PATIENCE, connection.read_to_string(&mut answer))
            .await
            .expect("in time")
            .expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("/problems/bad-request"), "{answer}");
    }
    app.stop().await;
}

/// Who is not told sends the next request into a connection that is about to end.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_the_body_is_read_says_that_the_connection_ends() {
    let app = TestApp::start().await;
    let ask = async |key: &str, body: &str| {
        let mut connection = app.connection().await;
        let head = format!(
            "POST /api/v1/errors HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{body}"
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = connection.read(&mut answer).await.unwrap();
        answer.truncate(length);
        String::from_utf8(answer).unwrap()
    };
    for body in ["", "{\"title\":", "{\"title\":\"x\"}"] {
        let answer = ask("bsk_unknown", body).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    let answer = ask(&app.project.api_key, "{\"title\":\"x\"}").await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(!answer.contains("connection: close"), "{answer}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_a_problem() {
    let app = TestApp::start().await;
    for body in [
        &b""[..],
        b"{",
        b"{\"title\":\"x\"",
        b"\xff",
        b"{\"title\":\"\xff\"}",
        b"nonsense",
    ] {
        let request = app
            .signed(Method::POST, "/api/v1/errors")
            .header("content-type", "application/json");
        assert_problem(&send(request.body(body.to_vec())).await, 400, "bad-request");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_nested_too_deep_is_a_problem() {
    let app = TestApp::start().await;
    for depth in [100, 100_000] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!("{{\"title\":\"x\",\"context\":{{\"a\":{nested}}}}}");
        let request = app
            .signed(Method::POST, "/api/v1/errors")
            .header("content-type", "application/json");
        let status = send(request.body(body)).await.status.as_u16();
        assert!(matches!(status, 400 | 422), "{depth}: {status}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_is_a_problem() {
    let app = TestApp::start().await;
    let request = app
        .signed(Method::POST, "/api/v1/errors")
        .body("{\"title\":\"x\"}");
    assert_problem(&send(request).await, 415, "unsupported");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_a_problem() {
    let app = TestApp::start().await;
    let report = json!({"title": "x", "metadata": {"a": "x".repeat(3 * 1024 * 1024)}});
    let answer = app.post("/api/v1/errors", &report).await;
    assert_problem(&answer, 413, "too-large");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_too_large_for_an_event_is_a_problem() {
    let app = TestApp::start().await;
    let report = json!({"title": "x", "metadata": {"a": "x".repeat(1024 * 1024)}});
    let answer = app.post("/api/v1/errors", &report).await;
    assert_problem(&answer, 413, "too-large");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_is_a_problem_that_names_it() {
    let app = TestApp::start().await;
    let answer = app
        .post("/api/v1/errors", &json!({"title": "x", "unheard_of": 1}))
        .await;
    assert_problem(&answer, 422, "invalid");
    assert!(
        answer.body["detail"]
            .as_str()
            .unwrap()
            .contains("unheard_of")
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_is_a_problem() {
    let app = TestApp::start().await;
    let answer = send(app.request(Method::GET, "/api/v1/errors")).await;
    assert_problem(&answer, 401, "unauthorized");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_ours_shows_no_cause() {
    let app = TestApp::start().await;
    let id = app.send_event(&json!({"message": "to be broken"})).await;
    sqlx::query("update occurrences set payload = 'no zstd'")
        .execute(&app.owner)
        .await
        .unwrap();
    let answer = app.get(&format!("/api/v1/occurrences/{id}")).await;
    assert_problem(&answer, 500, "internal");
    let shown = answer.body.to_string();
    for cause in ["payload", "zstd", id.as_str()] {
        assert!(!shown.contains(cause), "{shown}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_request_is_the_callers_if_it_is_one() {
    let app = TestApp::start().await;
    let ask = async |id: &str| {
        let request = app.signed(Method::GET, "/api/v1/errors");
        let answer = send(request.header("x-request-id", id)).await;
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(ask("trace-17").await, "trace-17");
    for odd in ["", "two words", &"x".repeat(129)] {
        let id = ask(odd).await;
        assert!(id != odd && id.len() == 32, "{id}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_request_stands_in_what_it_decided() {
    let app = TestApp::start().await;
    let request = app.signed(Method::POST, "/api/v1/errors");
    let report = json!({"title": "traced"});
    send(request.header("x-request-id", "trace-18").json(&report))
        .await
        .expect(201);
    let ids: Vec<String> = sqlx::query_scalar("select metadata->>'request_id' from events")
        .fetch_all(&app.owner)
        .await
        .unwrap();
    assert_eq!(ids, ["trace-18"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_value_is_told_in_the_words_of_the_api() {
    let app = TestApp::start().await;
    let told = |answer: Value| answer["detail"].as_str().unwrap_or_default().to_owned();
    let detail = told(app.post("/api/v1/errors", &json!({})).await.expect(422));
    assert!(detail.starts_with("missing field `title`"), "{detail}");
    let detail = told(app.get("/api/v1/errors?limit=x").await.expect(400));
    assert!(detail.starts_with("limit: "), "{detail}");
    let many = json!({"errors": [5]});
    let answer = app
        .post("/api/v1/errors/bulk-ingest", &many)
        .await
        .expect(200);
    let detail = told(answer["results"][0]["problem"].clone());
    let expected = "invalid type: integer `5`, expected an object at line 1 column 1";
    assert_eq!(detail, expected);
    app.stop().await;
}
