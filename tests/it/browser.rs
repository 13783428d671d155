//! What browsers are told, and to which names and pages the service answers.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, TestApp, send};
use crate::problems::assert_problem;

const PAGE: &str = "https://app.example";

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = app
        .request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "authorization,if-match");
    send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_data_that_nobody_keeps_or_shows() {
    let app = TestApp::start().await;
    let answers = [
        app.get("/api/v1/errors").await,
        app.get("/nowhere").await,
        app.delete("/api/v1/errors").await,
        send(app.request(Method::GET, "/api/v1/errors")).await,
        send(app.request(Method::GET, "/health")).await,
    ];
    for answer in answers {
        for (header, value) in [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(header), Some(value), "{answer:?}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_eq!(answer.header("strict-transport-security"), None);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_runs_its_own_scripts_alone() {
    let app = TestApp::start().await;
    let page = send(app.request(Method::GET, "/docs/")).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let inline = page.body.as_str().unwrap().contains("<script>");
    assert!(!inline, "the policy would stop it");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_outside_comes_by_https_browsers_come_back_so() {
    let url = ("BUGSAGE_URL", "https://bugs.example");
    let app = TestApp::start_with(&[url]).await;
    let answer = app.get("/api/v1/errors").await;
    let told = answer.header("strict-transport-security");
    assert_eq!(told, Some("max-age=31536000"));
    app.stop().await;
    let app = TestApp::start_with(&[url, ("BUGSAGE_HSTS_DAYS", "0")]).await;
    let answer = app.get("/api/v1/errors").await;
    assert_eq!(answer.header("strict-transport-security"), None);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_origin_uses_the_api_unless_it_is_named() {
    let app = TestApp::start().await;
    let answer = preflight(&app, "/api/v1/errors", PAGE).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    app.stop().await;
    let origins = format!("http://localhost:3000, {PAGE}");
    let app = TestApp::start_with(&[("BUGSAGE_CORS_ORIGINS", &origins)]).await;
    for (origin, allowed) in [
        (PAGE, true),
        ("http://localhost:3000", true),
        ("https://app.example.evil", false),
        ("http://app.example", false),
        ("https://app.example:8443", false),
        ("null", false),
    ] {
        let request = app.signed(Method::GET, "/api/v1/errors");
        let read = send(request.header("origin", origin)).await;
        for answer in [preflight(&app, "/api/v1/errors", origin).await, read] {
            let told = answer.header("access-control-allow-origin");
            assert_eq!(told, allowed.then_some(origin), "{answer:?}");
        }
    }
    let answer = preflight(&app, "/api/v1/errors", PAGE).await;
    let credentials = answer.header("access-control-allow-credentials");
    assert_eq!(credentials, Some("true"));
    let methods = answer.header("access-control-allow-methods").unwrap();
    assert!(methods.contains("PUT"), "{methods}");
    let headers = answer.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("if-match"), "{headers}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_keeps_its_own_rules_for_pages() {
    let app = TestApp::start_with(&[("BUGSAGE_CORS_ORIGINS", PAGE)]).await;
    let path = format!("/api/{}/envelope/", app.project.id);
    let answer = preflight(&app, &path, "https://shop.example").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_names_that_are_configured_are_answered() {
    let app = TestApp::start_with(&[("BUGSAGE_TRUSTED_HOSTS", "Bugs.example, 192.0.2.7")]).await;
    let ask = async |path: &str, host: &str| {
        let request = app.signed(Method::GET, path).header("host", host);
        send(request).await
    };
    for host in ["bugs.example", "BUGS.example:8000", "192.0.2.7"] {
        ask("/api/v1/errors", host).await.expect(200);
    }
    for host in [
        "evil.example",
        "bugs.example.evil",
        "127.0.0.1",
        "bugs.example@evil",
    ] {
        let answer = ask("/api/v1/errors", host).await;
        assert_problem(&answer, 400, "bad-request");
        ask("/docs/", host).await.expect(400);
        let event = app.to_ingest("store/").header("host", host);
        let told = send(event.json(&json!({"message": "x"}))).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST);
        assert!(told.header("x-sentry-error").is_some(), "{told:?}");
        ask("/health", host).await.expect(200);
    }
    assert_eq!(app.stored().await, 0);
    app.stop().await;
}
