//! Reading one error, its occurrences and its history.

use serde_json::json;
use uuid::Uuid;

use super::{ask, detail, reported};
use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_etag_is_the_version() {
    let app = TestApp::start().await;
    let id = reported(&app, "tagged").await;
    let path = format!("/api/v1/errors/{id}");
    let answer = app.get_settled(&path).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(answer.expect(200)["version"], 1);
    ask(&app, &id, "resolve", &json!({})).await.expect(200);
    assert_eq!(app.get_settled(&path).await.header("etag"), Some("\"2\""));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found() {
    let app = TestApp::start().await;
    for id in [
        Uuid::new_v4().to_string(),
        "7".to_owned(),
        "%00".to_owned(),
        "%ff".to_owned(),
    ] {
        for path in [
            format!("/api/v1/errors/{id}"),
            format!("/api/v1/errors/{id}/occurrences"),
            format!("/api/v1/errors/{id}/activity"),
            format!("/api/v1/errors/{id}/similar"),
            format!("/api/v1/occurrences/{id}"),
        ] {
            app.get(&path).await.expect(404);
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn occurrences_come_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.push(app.send_event(&json!({"message": "tick"})).await);
        app.clock.advance(1);
    }
    sent.reverse();
    let id = app.errors().await[0]["id"].as_str().unwrap().to_owned();
    let mut read = Vec::new();
    let mut path = format!("/api/v1/errors/{id}/occurrences?limit=2");
    loop {
        let page = app.get(&path).await.expect(200);
        let occurrences = page["occurrences"].as_array().unwrap();
        assert!(occurrences.iter().all(|o| o["error_id"] == json!(id)));
        read.extend(
            occurrences
                .iter()
                .map(|o| o["event_id"].as_str().unwrap().replace('-', "")),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/errors/{id}/occurrences?limit=2&cursor={cursor}");
    }
    assert_eq!(read, sent);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_shows_its_error_and_everything_sent() {
    let app = TestApp::start().await;
    let event = json!({
        "message": "shown", "level": "warning", "environment": "live", "release": "1",
        "extra": {"deep": [1, {"x": null}]},
    });
    let id = app.send_event(&event).await;
    let read = app.occurrence(&id).await;
    assert_eq!(read["payload"], event);
    for field in ["level", "environment", "release"] {
        assert_eq!(read[field], event[field]);
    }
    assert_eq!(read["error_id"], app.errors().await[0]["id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_tells_what_was_decided_newest_first() {
    let app = TestApp::start().await;
    let id = reported(&app, "lively").await;
    ask(&app, &id, "resolve", &json!({})).await.expect(200);
    reported(&app, "lively").await;
    let activity = app
        .get_settled(&format!("/api/v1/errors/{id}/activity"))
        .await
        .expect(200);
    let entries = activity.as_array().unwrap();
    let kinds: Vec<_> = entries
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["ErrorRegressed", "ErrorResolved", "ErrorDetected"]);
    assert!(
        entries
            .iter()
            .all(|e| !e["words"].as_str().unwrap().is_empty())
    );
    let actor = entries[1]["actor"].as_str().unwrap();
    assert!(actor.starts_with("api_key:"), "{actor}");
    let newest = app
        .get(&format!("/api/v1/errors/{id}/activity?limit=1"))
        .await
        .expect(200);
    assert_eq!(newest.as_array().unwrap().len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_out_of_range_is_refused() {
    let app = TestApp::start().await;
    let id = reported(&app, "bounded").await;
    for below in ["occurrences", "activity"] {
        for query in ["limit=0", "limit=1001", "unheard_of=1"] {
            app.get(&format!("/api/v1/errors/{id}/{below}?{query}"))
                .await
                .expect(400);
        }
    }
    app.get(&format!("/api/v1/errors/{id}/occurrences?cursor=x"))
        .await
        .expect(400);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_error_that_occurs_regresses() {
    let app = TestApp::start().await;
    let id = reported(&app, "back again").await;
    ask(&app, &id, "resolve", &json!({})).await.expect(200);
    reported(&app, "back again").await;
    let error = detail(&app, &id).await;
    assert_eq!(
        (&error["status"], &error["regressed"]),
        (&json!("detected"), &json!(true))
    );
    app.stop().await;
}
