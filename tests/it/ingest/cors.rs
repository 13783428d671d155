//! What browsers need to send and to read the answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use super::encodings::pack;
use super::message;
use crate::app::{Answer, TestApp, envelope, send};

#[track_caller]
fn assert_readable(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer
        .header("access-control-expose-headers")
        .unwrap_or_default();
    for name in ["X-Sentry-Error", "X-Sentry-Rate-Limits", "Retry-After"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_on_every_form_of_the_address() {
    let app = TestApp::start().await;
    for path in ["/api/1/envelope/", "/api/1/envelope", "/x/api/1/store/"] {
        let request = app
            .request(Method::OPTIONS, path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "POST");
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_readable(&answer);
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.contains("POST"), "{methods}");
        let allowed = answer.header("access-control-allow-headers").unwrap();
        for name in [
            "Content-Type",
            "X-Sentry-Auth",
            "Authorization",
            "Content-Encoding",
            "sentry-trace",
            "baggage",
        ] {
            assert!(allowed.contains(name), "{allowed}");
        }
        assert_eq!(answer.header("access-control-max-age"), Some("86400"));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_ingest_can_be_read_by_a_browser() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let body = |bytes: usize| envelope(&[&message(&"x".repeat(bytes))]);
    let to = |method: Method, path: &str| app.request(method, path);
    let id = app.project.id;
    let answers = [
        (200, app.to_ingest("envelope/").body(body(1))),
        (400, app.to_ingest("envelope/").body("no envelope")),
        (
            403,
            to(Method::POST, &format!("/api/{id}/envelope/")).body(body(1)),
        ),
        (404, to(Method::POST, &format!("/api/{id}/minidump/"))),
        (405, to(Method::GET, &format!("/api/{id}/envelope/"))),
        (
            413,
            app.to_ingest("store/")
                .body(STANDARD.encode(pack("zlib", &vec![b' '; 1_100_000]))),
        ),
        (
            415,
            app.to_ingest("envelope/")
                .header("content-encoding", "lzma")
                .body("x"),
        ),
        (429, app.to_ingest("envelope/").body(body(1_100_000))),
    ];
    for (status, request) in answers {
        let answer = send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert_readable(&answer);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_the_api_is_not_open_to_other_origins() {
    let app = TestApp::start().await;
    let answer = app.get("/api/v1/errors").await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    app.stop().await;
}
