//! Items that are no events.

use super::lines;
use crate::app::TestApp;

const NOT_KEPT: &str = "bugsage_ingest_items_not_kept_total";

#[tokio::test(flavor = "multi_thread")]
async fn items_of_other_kinds_are_accepted_and_not_kept() {
    let app = TestApp::start().await;
    for kind in [
        "session",
        "sessions",
        "transaction",
        "client_report",
        "profile",
        "replay_event",
        "check_in",
        "log",
        "span",
        "feedback",
        "user_report",
        "statsd",
    ] {
        let header = format!(r#"{{"type":"{kind}"}}"#);
        let answer = app.send_envelope(&lines(&["{}", &header, "{}"])).await;
        assert_eq!(answer.expect(200), serde_json::json!({}), "{kind}");
    }
    assert_eq!(app.stored().await, 0);
    app.stop().await;
}

/// Categories that no other test sends: the counters are those of the whole program.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_is_counted_by_category() {
    let app = TestApp::start().await;
    let body = lines(&[
        "{}",
        r#"{"type":"profile_chunk"}"#,
        "{}",
        r#"{"type":"profile_chunk"}"#,
        "{}",
        r#"{"type":"trace_metric"}"#,
        "{}",
    ]);
    app.send_envelope(&body).await.expect(200);
    for (category, count) in [("profile_chunk", 2), ("trace_metric", 1)] {
        let line = format!("{NOT_KEPT}{{category=\"{category}\"}}");
        assert_eq!(app.metric(&line).await, count, "{category}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_item_is_passed_over_and_the_event_beside_it_kept() {
    let app = TestApp::start().await;
    let body = lines(&[
        "{}",
        r#"{"type":"from_the_future","length":5}"#,
        "a\nb\nc",
        r#"{"type":"event"}"#,
        r#"{"message":"kept"}"#,
    ]);
    app.send_envelope(&body).await.expect(200);
    assert_eq!(app.errors().await[0]["title"], "kept");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_of_any_bytes_is_passed_over() {
    let app = TestApp::start().await;
    let mut body = lines(&["{}", r#"{"type":"attachment","length":6}"#, ""]);
    body.extend(b"\xff\n\0{}\n\n");
    body.extend(lines(&[r#"{"type":"event"}"#, r#"{"message":"kept"}"#]));
    app.send_envelope(&body).await.expect(200);
    assert_eq!(app.errors().await[0]["title"], "kept");
    app.stop().await;
}
