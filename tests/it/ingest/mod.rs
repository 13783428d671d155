//! What SDKs send, in every form they send it in.

mod auth;
mod cors;
mod dedup;
mod disconnect;
mod encodings;
mod framing;
mod items;
mod limits;
mod odd;
mod scrub;
mod store;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::app::{Answer, Project, TestApp};

/// An event that says no more than this.
pub(crate) fn message(text: &str) -> Value {
    json!({"message": text})
}

/// An envelope of these lines.
fn lines(lines: &[&str]) -> Vec<u8> {
    lines.join("\n").into_bytes()
}

/// A body whose length is not known before it ends, so that it is sent in chunks.
fn chunked(body: Vec<u8>) -> reqwest::Body {
    reqwest::Body::wrap(Full::new(Bytes::from(body)).map_frame(|frame| frame))
}

/// The head of a request with a body of so many bytes, as it goes over the wire.
fn head(app: &TestApp, bytes: usize) -> String {
    let Project { id, dsn_key, .. } = &app.project;
    format!(
        "POST /api/{id}/envelope/?sentry_key={dsn_key} HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n"
    )
}

/// Fails unless the answer has this status and gives its reason where an SDK's debug log shows it.
#[track_caller]
fn assert_rejected(answer: &Answer, status: u16, reason: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(reason), "{detail}");
    assert_eq!(answer.header("x-sentry-error"), Some(detail));
    assert_eq!(answer.body["causes"], json!([detail]));
}
