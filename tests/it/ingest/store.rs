//! The older address: one event a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::encodings::pack;
use super::{assert_rejected, message};
use crate::app::{TestApp, send};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_as_json() {
    let app = TestApp::start().await;
    let request = app.to_ingest("store/").json(&message("plain"));
    let id = send(request).await.expect(200)["id"].clone();
    let stored = app.occurrence(id.as_str().unwrap()).await;
    assert_eq!(stored["payload"]["message"], "plain");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_as_base64_of_zlib() {
    let app = TestApp::start().await;
    let event = message("packed").to_string();
    let body = STANDARD.encode(pack("zlib", event.as_bytes()));
    send(app.to_ingest("store").body(body)).await.expect(200);
    assert_eq!(app.errors().await[0]["title"], "packed");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_with_a_content_encoding() {
    let app = TestApp::start().await;
    let body = pack("gzip", message("zipped").to_string().as_bytes());
    let request = app.to_ingest("store/").header("content-encoding", "gzip");
    send(request.body(body)).await.expect(200);
    assert_eq!(app.errors().await[0]["title"], "zipped");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_is_refused() {
    let app = TestApp::start().await;
    for body in ["", " ", "[]", "7", "{", "{}{}", "!!!", "e30=", "{\"a\":}"] {
        let answer = send(app.to_ingest("store/").body(body)).await;
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.body);
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert_rejected(&answer, 400, detail);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_in_base64_is_stopped() {
    let app = TestApp::start().await;
    let body = STANDARD.encode(pack("zlib", &vec![b' '; 2 * 1024 * 1024]));
    let answer = send(app.to_ingest("store/").body(body)).await;
    assert_rejected(&answer, 413, "once decompressed");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_object_is_an_event_that_says_nothing() {
    let app = TestApp::start().await;
    send(app.to_ingest("store/").json(&json!({})))
        .await
        .expect(200);
    assert_eq!(app.stored().await, 1);
    app.stop().await;
}
