//! How much each may ask, and how they are told.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::access::town::{Sender, somebody};
use crate::app::{Answer, TestApp, send};
use crate::problems::assert_problem;

const ERRORS: &str = "/api/v1/errors";

/// How many of ten requests are let through.
async fn let_through(request: impl Fn() -> RequestBuilder) -> usize {
    let mut through = 0;
    for _ in 0..10 {
        let answer = send(request()).await;
        match answer.status.as_u16() {
            429 => assert_limited(&answer),
            _ => through += 1,
        }
    }
    through
}

#[track_caller]
fn assert_limited(answer: &Answer) {
    assert_problem(answer, 429, "limited");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_told_where_it_stands_and_then_to_wait() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_KEY", "3")]).await;
    let first = app.get(ERRORS).await;
    let standing = first.header("ratelimit").unwrap();
    assert!(standing.contains("\"key\";r=2;t=20"), "{standing}");
    let policy = first.header("ratelimit-policy").unwrap();
    let expected = "\"address\";q=6000;w=60, \"key\";q=3;w=60, \"organization\";q=30000;w=60";
    assert_eq!(policy, expected);
    let through = let_through(|| app.signed(Method::GET, ERRORS)).await;
    assert_eq!(through, 2);
    let refused = app.get(ERRORS).await;
    assert_limited(&refused);
    let standing = refused.header("ratelimit").unwrap();
    assert!(standing.contains("\"key\";r=0;t="), "{standing}");
    let other = app.another_project().await;
    let request = app.request(Method::GET, ERRORS);
    send(request.bearer_auth(&other.api_key)).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_keys_of_an_organization_count_together() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_ORGANIZATION", "4")]).await;
    let same = app.another_project().await;
    let foreign = app.another_organization().await;
    let ask = |key: &str| app.request(Method::GET, ERRORS).bearer_auth(key);
    for _ in 0..2 {
        app.get(ERRORS).await.expect(200);
        send(ask(&same.api_key)).await.expect(200);
    }
    assert_limited(&app.get(ERRORS).await);
    assert_limited(&send(ask(&same.api_key)).await);
    send(ask(&foreign.api_key)).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_counts_whoever_asks_from_there() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_ADDRESS", "3")]).await;
    let through = let_through(|| app.request(Method::GET, ERRORS)).await;
    assert_eq!(through, 3);
    assert_limited(&app.get(ERRORS).await);
    for _ in 0..5 {
        send(app.request(Method::GET, "/health")).await.expect(200);
        app.send_event(&json!({"message": "SDKs are not counted here"}))
            .await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_says_of_its_address_is_not_believed() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_ADDRESS", "3")]).await;
    let number = std::sync::atomic::AtomicU8::new(0);
    let forging = || {
        let n = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let request = app.request(Method::GET, ERRORS);
        request.header("x-forwarded-for", format!("192.0.2.{n}"))
    };
    assert_eq!(let_through(forging).await, 3);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_client_counts_alone() {
    let settings = [
        ("BUGSAGE_LIMIT_ADDRESS", "3"),
        ("BUGSAGE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
    ];
    let app = TestApp::start_with(&settings).await;
    for client in ["192.0.2.1", "192.0.2.2", "2001:db8:1::1"] {
        let hops = format!("203.0.113.9, {client}, 10.1.2.3");
        let request = || {
            let request = app.request(Method::GET, ERRORS);
            request.header("x-forwarded-for", &hops)
        };
        assert_eq!(let_through(request).await, 3, "{client}");
    }
    let neighbour = app.request(Method::GET, ERRORS);
    let neighbour = neighbour.header("x-forwarded-for", "2001:db8:1::2");
    assert_limited(&send(neighbour).await); // of the same network
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_position_is_counted_once() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_KEY", "5")]).await;
    let waiting = || {
        let request = app.signed(Method::GET, ERRORS);
        request.header("x-bugsage-min-position", "0")
    };
    assert_eq!(let_through(waiting).await, 5);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_is_no_limit() {
    let settings = [
        ("BUGSAGE_LIMIT_ADDRESS", "0"),
        ("BUGSAGE_LIMIT_KEY", "0"),
        ("BUGSAGE_LIMIT_ORGANIZATION", "0"),
    ];
    let app = TestApp::start_with(&settings).await;
    let answer = app.get(ERRORS).await;
    assert_eq!(answer.header("ratelimit"), None);
    answer.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_counts_where_no_organization_is_meant_too() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_USER", "3")]).await;
    let person = Sender::person(somebody(&app).await);
    let through = let_through(|| person.request(&app, Method::GET, "/api/v1/users/me")).await;
    assert_eq!(through, 3);
    app.stop().await;
}
