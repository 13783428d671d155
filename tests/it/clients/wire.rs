//! What each SDK puts on the wire. BugSage has to read it all; where a new version of an SDK
//! changes it, the tests of ingest should learn the new form.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use bugsage_commands::intake::envelope;
use bugsage_commands::intake::inflate::{Encoding, inflate};
use tokio::net::TcpListener;

use super::shop::Shop;

const BODY_MAX: usize = 1024 * 1024;

#[tokio::test]
async fn python_sends_brotli_where_it_can() {
    let sent = sent_by(Shop::Python, "everything").await;
    assert_eq!(sent[0].header("content-encoding"), "br");
    assert!(sent[0].header("x-sentry-auth").contains("sentry_key=key"));
    let categories = ["attachment", "error", "log_item", "session", "transaction"];
    assert_eq!(categories_of(&sent), BTreeSet::from(categories));
}

#[tokio::test]
async fn python_sends_gzip_where_brotli_is_missing() {
    let sent = sent_by(Shop::PythonWithoutBrotli, "message").await;
    assert_eq!(sent[0].header("content-encoding"), "gzip");
}

#[tokio::test]
async fn node_sends_its_key_in_the_address_and_its_body_in_chunks() {
    let sent = sent_by(Shop::Node, "everything").await;
    let query = sent[0].head.uri.query();
    assert!(query.unwrap_or_default().contains("sentry_key=key"));
    assert_eq!(sent[0].header("transfer-encoding"), "chunked");
    assert_eq!(sent[0].header("content-encoding"), "");
    assert_eq!(sent[0].header("content-type"), "");
    let categories = [
        "attachment",
        "error",
        "feedback",
        "log_item",
        "session",
        "span",
    ];
    assert_eq!(categories_of(&sent), BTreeSet::from(categories));
}

#[tokio::test]
async fn rust_sends_plain_bytes_without_a_type() {
    let sent = sent_by(Shop::Rust, "everything").await;
    assert!(sent[0].header("x-sentry-auth").contains("sentry_key=key"));
    assert_eq!(sent[0].header("content-encoding"), "");
    assert_eq!(sent[0].header("content-type"), "");
    let categories = ["attachment", "error", "session", "transaction"];
    assert_eq!(categories_of(&sent), BTreeSet::from(categories));
}

/// A request.
struct Sent {
    head: Parts,
    body: Bytes,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        let value = self.head.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }
}

/// All requests of a scene, taken by a server that says yes to everything.
async fn sent_by(shop: Shop, scene: &str) -> Vec<Sent> {
    let all = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&all);
    let router = Router::new().fallback(async move |request: Request| {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, BODY_MAX).await.expect("a body");
        seen.lock().expect("no poison").push(Sent { head, body });
        "{}"
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let server = tokio::spawn(async { axum::serve(listener, router).await });
    let dsn = format!("http://key@{address}/1");
    let played = shop.play_at(&dsn, scene, 12).await;
    server.abort();
    let all = std::mem::take(&mut *all.lock().expect("no poison"));
    assert!(!all.is_empty(), "nothing was sent: {played:?}");
    all
}

fn categories_of(sent: &[Sent]) -> BTreeSet<&'static str> {
    let mut categories = BTreeSet::new();
    for request in sent {
        let encoding = Encoding::parse(request.header("content-encoding")).expect("known");
        let body = inflate(encoding, &request.body, BODY_MAX).expect("whole");
        let envelope = envelope::parse(&body).expect("an envelope");
        categories.extend(envelope.items.iter().map(|item| item.kind().category()));
    }
    categories
}
