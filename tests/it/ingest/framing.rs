//! The lines of an envelope.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{assert_rejected, chunked, lines, message};
use crate::app::{TestApp, envelope, send};

const EVENT: &str = r#"{"type":"event"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_item_may_have_a_length_or_not() {
    let app = TestApp::start().await;
    let with_length = lines(&[
        "{}",
        r#"{"type":"event","length":16}"#,
        "{\"message\":\n\"a\"}",
    ]);
    let without = lines(&["{}", EVENT, r#"{"message":"b"}"#, ""]);
    for body in [with_length, without] {
        app.send_envelope(&body).await.expect(200);
    }
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carriage_return_belongs_to_the_payload() {
    let app = TestApp::start().await;
    let note = "{\"message\":\"a\"}\r";
    let header = json!({"type": "event", "length": note.len()}).to_string();
    let body = lines(&["{}\r", &header, note, "{\"type\":\"event\"}\r", note]);
    app.send_envelope(&body).await.expect(200);
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_an_envelope_is_stored() {
    let app = TestApp::start().await;
    let ids = [(); 3].map(|()| Uuid::new_v4());
    let events = ids.map(|id| json!({"event_id": id, "message": "one of three"}));
    let answer = app.send_envelope(&envelope(&events.each_ref())).await;
    assert_eq!(
        answer.expect(200)["id"],
        json!(ids[0].simple().to_string()),
        "the id of the first"
    );
    for id in ids {
        assert_eq!(app.occurrence(&id.to_string()).await["event_id"], json!(id));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_item_costs_no_other() {
    let app = TestApp::start().await;
    let body = lines(&[
        "{}",
        EVENT,
        r#"{"message":"before"}"#,
        "no json at all",
        "its payload",
        r#"{"length":2}"#,
        "{}",
        r#"{"type":"event","length":3}"#,
        r#"{"message":"longer than it says"}"#,
        EVENT,
        "[broken json",
        EVENT,
        r#"{"message":"after"}"#,
        r#"{"type":"event","length":99999}"#,
        r#"{"message":"shorter than it says"}"#,
    ]);
    app.send_envelope(&body).await.expect(200);
    let mut titles: Vec<_> = app
        .errors()
        .await
        .iter()
        .map(|e| e["title"].clone())
        .collect();
    titles.sort_by_key(ToString::to_string);
    assert_eq!(titles, ["after", "before"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_of_broken_items_alone_is_refused() {
    let app = TestApp::start().await;
    let answer = app.send_envelope(&lines(&["{}", "no json", "x"])).await;
    assert_rejected(&answer, 400, "item 1");
    let answer = app.send_envelope(&lines(&["{}", EVENT, "{broken"])).await;
    assert_rejected(&answer, 400, "not valid JSON");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_envelope_is_fine_and_has_no_id() {
    let app = TestApp::start().await;
    for body in ["{}", "{}\n", "{}\n\n"] {
        let answer = app.send_envelope(body.as_bytes()).await;
        assert_eq!(answer.expect(200), json!({}));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_line_that_is_no_object_is_refused() {
    let app = TestApp::start().await;
    for body in ["", "\n{}", "no json\n", "[]\n", "7\n", "\u{0}"] {
        let answer = app.send_envelope(body.as_bytes()).await;
        assert_rejected(&answer, 400, "first line");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_items_than_an_envelope_may_have_are_refused_together() {
    let app = TestApp::start().await;
    let event = message("one of many");
    let answer = app.send_envelope(&envelope(&vec![&event; 101])).await;
    assert_rejected(&answer, 400, "more than 100 items");
    assert_eq!(app.stored().await, 0);
    app.send_envelope(&envelope(&vec![&event; 100]))
        .await
        .expect(200);
    assert_eq!(app.stored().await, 100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_the_event_with_or_without_dashes() {
    let app = TestApp::start().await;
    let (dashed, bare) = (Uuid::new_v4(), Uuid::new_v4());
    for (sent, id) in [
        (dashed.to_string(), dashed),
        (bare.simple().to_string(), bare),
    ] {
        let event = json!({"event_id": sent, "message": "named"});
        let answered = app.send_event(&event).await;
        assert_eq!(answered, id.simple().to_string());
        for form in [id.to_string(), answered] {
            assert_eq!(app.occurrence(&form).await["event_id"], json!(id));
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_names_an_event_that_does_not_name_itself() {
    let app = TestApp::start().await;
    let id = Uuid::new_v4();
    let header = json!({"event_id": id}).to_string();
    let body = lines(&[&header, EVENT, r#"{"message":"a"}"#]);
    let answer = app.send_envelope(&body).await.expect(200);
    assert_eq!(answer["id"], json!(id.simple().to_string()));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_names_no_two_events() {
    let app = TestApp::start().await;
    let header = json!({"event_id": Uuid::new_v4()}).to_string();
    let body = lines(&[
        &header,
        EVENT,
        "{\"message\":\"a\"}",
        EVENT,
        "{\"message\":\"b\"}",
    ]);
    app.send_envelope(&body).await.expect(200);
    assert_eq!(app.stored().await, 2, "neither is a duplicate of the other");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_optional_header_rejects_nothing() {
    let app = TestApp::start().await;
    let headers = [
        json!({"sent_at": "2026-01-01T00:00:00.000000+00:00"}),
        json!({"sent_at": "yesterday"}),
        json!({"sent_at": [1, 2]}),
        json!({"event_id": "no id"}),
        json!({"event_id": 7}),
        json!({"dsn": 7}),
        json!({"dsn": "nonsense"}),
        json!({"sdk": "a text", "trace": [], "retries": -1, "unheard_of": null}),
    ];
    for header in &headers {
        let body = lines(&[&header.to_string(), EVENT, r#"{"message":"a"}"#]);
        let answer = app.send_envelope(&body).await;
        assert_eq!(answer.status, 200, "{header}: {}", answer.body);
    }
    assert_eq!(app.stored().await, 8);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_optional_item_header_rejects_nothing() {
    let app = TestApp::start().await;
    for length in ["-1", "\"17\"", "null", "1.5", "[]", "1e99"] {
        let header = format!(r#"{{"type":"event","length":{length},"content_type":7}}"#);
        let body = lines(&["{}", &header, r#"{"message":"a"}"#]);
        let answer = app.send_envelope(&body).await;
        assert_eq!(answer.status, 200, "{length}: {}", answer.body);
    }
    assert_eq!(app.stored().await, 6);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_may_have_a_slash_and_a_prefix() {
    let app = TestApp::start().await;
    for prefix in ["", "/errors", "/tools/errors", "/a/b/c"] {
        for end in ["", "/"] {
            let id = app.project.id;
            let key = &app.project.dsn_key;
            let path = format!("{prefix}/api/{id}/envelope{end}?sentry_key={key}");
            let body = envelope(&[&message("by the way")]);
            let answer = send(app.request(Method::POST, &path).body(body)).await;
            assert_eq!(answer.status, 200, "{path}");
        }
    }
    assert_eq!(app.stored().await, 8);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_type_does_not_matter() {
    let app = TestApp::start().await;
    for kind in [
        "application/x-sentry-envelope",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
    ] {
        let request = app.to_ingest("envelope/").header("content-type", kind);
        send(request.body(envelope(&[&message("typed")])))
            .await
            .expect(200);
    }
    assert_eq!(app.stored().await, 5);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_needs_no_length() {
    let app = TestApp::start().await;
    let body = chunked(envelope(&[&message("in chunks")]));
    send(app.to_ingest("envelope/").body(body))
        .await
        .expect(200);
    assert_eq!(app.stored().await, 1);
    app.stop().await;
}
