//! Changing and deleting one error.

use serde_json::{Value, json};

use super::{ask, detail, reported};
use crate::app::{TestApp, send};
use reqwest::Method;

async fn put_if_match(app: &TestApp, id: &str, etag: &str, body: &Value) -> crate::app::Answer {
    let request = app.signed(Method::PUT, &format!("/api/v1/errors/{id}"));
    send(request.header("if-match", etag).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_changes_everything_it_names_at_once() {
    let app = TestApp::start().await;
    let id = reported(&app, "before").await;
    let change = json!({
        "title": "after", "description": "why", "severity": "critical", "status": "resolved",
        "category": "db", "tags": ["a", "b"], "assigned_to": "ada",
    });
    let answer = app.put(&format!("/api/v1/errors/{id}"), &change).await;
    assert!(answer.position() > 0);
    assert_eq!(answer.header("etag"), Some("\"8\""), "one event each");
    let written = answer.expect(200);
    let error = detail(&app, &id).await;
    for field in [
        "title",
        "severity",
        "status",
        "category",
        "tags",
        "assigned_to",
    ] {
        assert_eq!(written[field], change[field], "{field}");
        assert_eq!(error[field], change[field], "{field}");
    }
    assert_eq!(error["description"], "why");
    assert_eq!(error["resolution"]["how"], "manually");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_leaves_what_it_does_not_name_and_clears_what_is_null() {
    let app = TestApp::start().await;
    let id = reported(&app, "kept").await;
    let path = format!("/api/v1/errors/{id}");
    let first = json!({"category": "db", "assigned_to": "ada", "tags": ["a"]});
    app.put(&path, &first).await.expect(200);
    let cleared = json!({"category": null, "assigned_to": null});
    let written = app.put(&path, &cleared).await.expect(200);
    assert_eq!(
        (&written["category"], &written["assigned_to"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&written["title"], &written["tags"]),
        (&json!("kept"), &json!(["a"]))
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_with_one_wrong_value_changes_nothing() {
    let app = TestApp::start().await;
    let id = reported(&app, "whole").await;
    let path = format!("/api/v1/errors/{id}");
    for wrong in [
        json!({"title": "new", "category": "x".repeat(101)}),
        json!({"title": ""}),
        json!({"title": "new", "description": "x".repeat(10_001)}),
        json!({"title": "new", "tags": [""]}),
        json!({"title": "new", "assigned_to": ""}),
        json!({"title": "new", "unheard_of": 1}),
        json!({"title": "new", "severity": "dreadful"}),
        json!({"title": "new", "status": "asleep"}),
    ] {
        let answer = app.put(&path, &wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    let error = detail(&app, &id).await;
    assert_eq!(
        (&error["title"], &error["version"]),
        (&json!("whole"), &json!(1))
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_changes_nothing_writes_nothing() {
    let app = TestApp::start().await;
    let id = reported(&app, "same").await;
    let answer = app
        .put(&format!("/api/v1/errors/{id}"), &json!({"title": "same"}))
        .await;
    assert_eq!(answer.expect(200)["version"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_an_old_version_is_refused() {
    let app = TestApp::start().await;
    let id = reported(&app, "raced").await;
    put_if_match(&app, &id, "\"1\"", &json!({"title": "mine"}))
        .await
        .expect(200);
    let stale = put_if_match(&app, &id, "\"1\"", &json!({"title": "theirs"})).await;
    let told = stale.expect(412);
    assert!(
        told["detail"].as_str().unwrap().contains("version 2"),
        "{told}"
    );
    assert_eq!(detail(&app, &id).await["title"], "mine");
    for etag in ["W/\"2\"", "*"] {
        put_if_match(&app, &id, etag, &json!({})).await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let id = reported(&app, "tagged").await;
    for etag in ["nonsense", "\"x\"", "", "1.5", "\"1\", \"2\""] {
        put_if_match(&app, &id, etag, &json!({})).await.expect(400);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_verb_moves_the_status() {
    let app = TestApp::start().await;
    let id = reported(&app, "moved").await;
    for (verb, body, status) in [
        ("resolve", json!({"in_release": "2.0"}), "resolved"),
        ("reopen", json!({}), "detected"),
        ("ignore", json!({}), "ignored"),
        ("ignore", json!({"more_occurrences": 2}), "ignored"),
        ("reopen", json!({}), "detected"),
    ] {
        let answer = ask(&app, &id, verb, &body).await;
        assert!(answer.position() > 0, "{verb}");
        assert_eq!(answer.expect(200)["status"], status, "{verb}");
        assert_eq!(detail(&app, &id).await["status"], status, "{verb}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_with_nothing_to_add_needs_no_body() {
    let app = TestApp::start().await;
    let id = reported(&app, "moved").await;
    let post = async |verb: &str| {
        let path = format!("/api/v1/errors/{id}/{verb}");
        send(app.signed(Method::POST, &path)).await
    };
    for verb in ["resolve", "reopen", "ignore"] {
        post(verb).await.expect(200);
    }
    post("merge").await.expect(422);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_error_says_by_whom_when_and_in_which_release() {
    let app = TestApp::start().await;
    let id = reported(&app, "settled").await;
    ask(&app, &id, "resolve", &json!({"in_release": "2.0"}))
        .await
        .expect(200);
    let error = detail(&app, &id).await;
    assert_eq!(
        error["resolution"],
        json!({"how": "manually", "in_release": "2.0"})
    );
    assert!(
        error["resolved_by"]
            .as_str()
            .unwrap()
            .starts_with("api_key:")
    );
    assert!(error["resolved_at"].is_string());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignore_ends_after_so_many_more_occurrences() {
    let app = TestApp::start().await;
    let id = reported(&app, "noise").await;
    ask(&app, &id, "ignore", &json!({"more_occurrences": 2}))
        .await
        .expect(200);
    reported(&app, "noise").await;
    assert_eq!(detail(&app, &id).await["status"], "ignored");
    reported(&app, "noise").await;
    assert_eq!(detail(&app, &id).await["status"], "detected");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignore_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let id = reported(&app, "noise").await;
    let soon = app.clock.now() + chrono::TimeDelta::hours(1);
    for wrong in [
        json!({"more_occurrences": 0}),
        json!({"more_occurrences": -1}),
        json!({"until": "2020-01-01T00:00:00Z"}),
        json!({"until": "tomorrow"}),
        json!({"until": soon, "more_occurrences": 1}),
        json!({"unheard_of": 1}),
    ] {
        let answer = ask(&app, &id, "ignore", &wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_illegal_transition_says_what_would_be_allowed() {
    let app = TestApp::start().await;
    let id = reported(&app, "settled").await;
    ask(&app, &id, "resolve", &json!({})).await.expect(200);
    let refused = app
        .put(
            &format!("/api/v1/errors/{id}"),
            &json!({"status": "analyzing"}),
        )
        .await
        .expect(409);
    let allowed = refused["allowed"].as_array().unwrap();
    assert!(allowed.contains(&json!("reopen")), "{refused}");
    assert!(
        refused["detail"].as_str().unwrap().contains("resolved"),
        "{refused}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_error_is_gone_from_every_read() {
    let app = TestApp::start().await;
    let event_id = app.send_event(&json!({"message": "secret plans"})).await;
    let id = app.errors().await[0]["id"].as_str().unwrap().to_owned();
    let answer = app.delete(&format!("/api/v1/errors/{id}")).await;
    assert!(answer.position() > 0);
    assert_eq!(answer.expect(200)["status"], "deleted");
    assert!(app.errors().await.is_empty());
    for path in [
        format!("/api/v1/errors/{id}"),
        format!("/api/v1/errors/{id}/occurrences"),
        format!("/api/v1/errors/{id}/activity"),
        format!("/api/v1/occurrences/{event_id}"),
    ] {
        let answer = app.get_settled(&path).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let statistics = app
        .get_settled("/api/v1/errors/statistics/summary")
        .await
        .expect(200);
    assert_eq!(
        (
            &statistics["total_errors"],
            &statistics["total_occurrences"]
        ),
        (&json!(0), &json!(0))
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_error_cannot_be_changed() {
    let app = TestApp::start().await;
    let id = reported(&app, "gone").await;
    app.delete(&format!("/api/v1/errors/{id}"))
        .await
        .expect(200);
    app.put(&format!("/api/v1/errors/{id}"), &json!({"title": "x"}))
        .await
        .expect(404);
    for verb in ["resolve", "ignore", "reopen", "unmerge"] {
        ask(&app, &id, verb, &json!({})).await.expect(404);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_after_a_delete_makes_a_new_error() {
    let app = TestApp::start().await;
    let id = reported(&app, "again").await;
    app.delete(&format!("/api/v1/errors/{id}"))
        .await
        .expect(200);
    assert_ne!(reported(&app, "again").await, id);
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}
