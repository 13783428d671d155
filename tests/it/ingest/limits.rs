//! How much is taken at once.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::encodings::{ENCODINGS, pack};
use super::{assert_rejected, chunked, head, message};
use crate::app::{TestApp, envelope, send};

const MB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_over_one_megabyte_is_refused() {
    let app = TestApp::start().await;
    let answer = app
        .send_envelope(&envelope(&[&json!({"extra": "x".repeat(MB)})]))
        .await;
    assert_rejected(&answer, 413, "at most 1048576");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_just_under_one_megabyte_is_taken() {
    let app = TestApp::start().await;
    let event = json!({"extra": vec!["x".repeat(60_000); 17]});
    assert!(event.to_string().len() > MB * 97 / 100);
    app.send_event(&event).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_too_large_costs_no_other() {
    let app = TestApp::start().await;
    let large = json!({"extra": "x".repeat(MB)});
    app.send_envelope(&envelope(&[&large, &message("small")]))
        .await
        .expect(200);
    assert_eq!(app.errors().await[0]["title"], "small");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_twenty_megabytes_is_refused() {
    let app = TestApp::start().await;
    for size in [20 * MB + 1, 35 * MB] {
        let body = chunked(vec![b'x'; size]);
        let answer = send(app.to_ingest("envelope/").body(body)).await;
        assert_rejected(&answer, 413, "more than 20971520 bytes");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_announces_too_much_is_refused_unread() {
    let app = TestApp::start().await;
    let head = head(&app, 20 * MB + 1);
    let mut connection = app.connection().await;
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_nested_too_deep_is_refused() {
    let app = TestApp::start().await;
    for depth in [65, 10_000] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!("{{}}\n{{\"type\":\"event\"}}\n{{\"extra\":{nested}}}\n");
        let answer = app.send_envelope(body.as_bytes()).await;
        assert_rejected(&answer, 400, "nested deeper");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_too_long_are_trimmed() {
    let app = TestApp::start().await;
    let trimmed_before = app.metric("bugsage_ingest_events_trimmed_total").await;
    let frames: Vec<_> = (0..600)
        .map(|n| json!({"function": format!("f{n}")}))
        .collect();
    let crumbs: Vec<_> = (0..150)
        .map(|n| json!({"message": format!("c{n}")}))
        .collect();
    let tags: Vec<_> = (0..250).map(|n| json!([format!("t{n}"), "v"])).collect();
    let event = json!({
        "exception": {"values": [{"type": "Deep", "stacktrace": {"frames": frames}}]},
        "breadcrumbs": {"values": crumbs}, "tags": tags,
    });
    let id = app.send_event(&event).await;
    let payload = app.occurrence(&id).await["payload"].clone();
    let names = |list: &Value, name: &str| -> Vec<String> {
        let list = list.as_array().expect("a list");
        list.iter()
            .map(|one| one[name].as_str().unwrap().to_owned())
            .collect()
    };
    let frames = names(
        &payload["exception"]["values"][0]["stacktrace"]["frames"],
        "function",
    );
    assert_eq!(
        (frames.len(), &*frames[0], &*frames[499]),
        (500, "f0", "f599")
    );
    let crumbs = names(&payload["breadcrumbs"]["values"], "message");
    assert_eq!((crumbs.len(), &*crumbs[99]), (100, "c149"));
    assert_eq!(payload["tags"].as_array().unwrap().len(), 200);
    assert!(app.metric("bugsage_ingest_events_trimmed_total").await > trimmed_before);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_bytes_at_once_are_told_to_come_back() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let half = json!({"extra": vec!["x".repeat(60_000); 10]});
    let answer = app.send_envelope(&envelope(&[&half, &half])).await;
    assert_rejected(&answer, 429, "too many bytes are in flight");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(
        answer.header("x-sentry-rate-limits"),
        Some("1::organization:busy")
    );
    app.send_envelope(&envelope(&[&half])).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_have_a_limit_of_its_own() {
    let app = TestApp::start().await;
    sqlx::query("update dsn_keys set rate_limit = 3")
        .execute(&app.owner)
        .await
        .unwrap();
    let (one, two) = (message("one"), message("two"));
    app.send_envelope(&envelope(&[&one, &two]))
        .await
        .expect(200);
    app.send_event(&message("three")).await;
    let store = app.to_ingest("store/").json(&message("four"));
    for answer in [
        app.send_envelope(&envelope(&[&message("four")])).await,
        send(store).await,
    ] {
        assert_rejected(&answer, 429, "may send 3 occurrences a minute");
        let wait = answer.header("retry-after").unwrap();
        assert!((1..=21).contains(&wait.parse::<u32>().unwrap()), "{wait}");
        let limits = answer.header("x-sentry-rate-limits").unwrap();
        assert_eq!(limits, format!("{wait}::key:limited"));
    }
    let other = app.another_project().await;
    let path = format!("/api/{}/store/?sentry_key={}", other.id, other.dsn_key);
    let request = app.request(Method::POST, &path);
    send(request.json(&message("of another key")))
        .await
        .expect(200);
    assert_eq!(app.stored().await, 4);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_counts_all_its_events() {
    let app = TestApp::start().await;
    sqlx::query("update dsn_keys set rate_limit = 3")
        .execute(&app.owner)
        .await
        .unwrap();
    app.send_event(&message("one")).await;
    let events = ["a", "b", "c"].map(message);
    let refused = app.send_envelope(&envelope(&events.each_ref())).await;
    assert_rejected(&refused, 429, "may send 3 occurrences a minute");
    assert_eq!(app.stored().await, 1);
    app.stop().await;
}

/// A sender who cannot write to the end would lose the answer, and with it when to come back.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_midway_can_write_to_the_end() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let body = vec![b'x'; 15 * MB];
    let head = head(&app, body.len());
    let mut connection = app.connection().await;
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&body).await.expect("to the end");
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 429");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_body_may_inflate_to_counts_too() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let bombs = [(
        "gzip, gzip",
        pack("gzip", &pack("gzip", &vec![b' '; 2 * MB])),
    )]
    .into_iter()
    .chain(ENCODINGS.map(|(how, encoding)| (encoding, pack(how, &vec![b' '; 2 * MB]))));
    for (encoding, bomb) in bombs {
        let request = app
            .to_ingest("envelope/")
            .header("content-encoding", encoding);
        let answer = send(request.body(bomb)).await;
        assert_rejected(&answer, 429, "too many bytes are in flight");
    }
    app.send_event(&message("there is room again")).await;
    app.stop().await;
}

/// An event near the limit, of the kind that costs most to look through.
fn laborious() -> Value {
    let texts: Vec<_> = (0..14_000)
        .map(|i| json!({format!("k{i}"): format!("password is v{i} a@shop.example 192.0.2.1")}))
        .collect();
    json!({"message": "heavy", "extra": {"all": texts}})
}

/// With one thread for all requests, work done on it would be a wait for everybody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_laborious_envelope_makes_no_other_request_wait() {
    let app = TestApp::start().await;
    let event = laborious();
    let body = envelope(&[&event, &event, &event, &event]);
    let started = Instant::now();
    let request = app.to_ingest("envelope/").body(body);
    let heavy = tokio::spawn(async move { (send(request).await.status, started.elapsed()) });
    let mut waits = Vec::new();
    while !heavy.is_finished() {
        let asked = Instant::now();
        app.get("/health").await.expect(200);
        waits.push(asked.elapsed());
    }
    // One may be the machine's, that has other things to do; each of the four events would make one wait.
    waits.sort_unstable();
    let longest = waits.iter().nth_back(1).copied().unwrap_or_default();
    let (status, total) = heavy.await.unwrap();
    assert_eq!(status, 200);
    assert!(
        waits.len() > 20,
        "{} were answered in {total:?}",
        waits.len()
    );
    assert!(longest * 6 < total, "waited {longest:?} of {total:?}");
    app.stop().await;
}
