//! One action on many errors.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{detail, reported};
use crate::app::{Answer, TestApp};

async fn act(app: &TestApp, action: &Value) -> Answer {
    app.post("/api/v1/errors/bulk-actions", action).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_changes_every_error_named() {
    let app = TestApp::start().await;
    let ids = [reported(&app, "one").await, reported(&app, "two").await];
    for (action, field, value) in [
        (json!({"action": "resolve"}), "status", json!("resolved")),
        (json!({"action": "ignore"}), "status", json!("ignored")),
        (
            json!({"action": "assign", "assigned_to": "ada"}),
            "assigned_to",
            json!("ada"),
        ),
        (
            json!({"action": "assign", "assigned_to": null}),
            "assigned_to",
            Value::Null,
        ),
        (
            json!({"action": "tag", "add": ["a", "b"]}),
            "tags",
            json!(["a", "b"]),
        ),
        (
            json!({"action": "tag", "add": ["c"], "remove": ["a", "b"]}),
            "tags",
            json!(["c"]),
        ),
    ] {
        let mut action = action;
        action["ids"] = json!(ids);
        let answer = act(&app, &action).await;
        assert!(answer.position() > 0, "{action}");
        assert_eq!(answer.expect(200)["succeeded"], 2, "{action}");
        for id in &ids {
            assert_eq!(detail(&app, id).await[field], value, "{action}");
        }
    }
    let gone = json!({"action": "delete", "ids": ids});
    assert_eq!(act(&app, &gone).await.expect(200)["succeeded"], 2);
    assert!(app.errors().await.is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_has_its_answer_in_the_order_asked() {
    let app = TestApp::start().await;
    let (known, unknown) = (reported(&app, "known").await, Uuid::new_v4().to_string());
    let ids = [&unknown, &known, &unknown];
    let body = act(&app, &json!({"action": "resolve", "ids": ids}))
        .await
        .expect(200);
    assert_eq!(
        (&body["succeeded"], &body["failed"]),
        (&json!(1), &json!(2))
    );
    for (result, id) in body["results"].as_array().unwrap().iter().zip(ids) {
        assert_eq!(result["id"], json!(id));
        let status = if *id == known { 200 } else { 404 };
        assert_eq!(result["status"], status);
        assert_eq!(result["problem"].is_null(), *id == known);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_errors_are_changed_and_one_more_is_refused() {
    let app = TestApp::start().await;
    let reports: Vec<_> = (0..1_000u32)
        .map(|n| json!({"title": format!("error {}", letters(n))}))
        .collect();
    let made = app
        .post("/api/v1/errors/bulk-ingest", &json!({"errors": reports}))
        .await
        .expect(200);
    let results = made["results"].as_array().unwrap();
    let mut ids: Vec<_> = results.iter().map(|r| r["error"]["id"].clone()).collect();
    let body = act(&app, &json!({"action": "resolve", "ids": ids}))
        .await
        .expect(200);
    assert_eq!(
        (&body["succeeded"], &body["failed"]),
        (&json!(1_000), &json!(0))
    );
    let resolved = app
        .get_settled("/api/v1/errors?status=resolved&limit=1")
        .await
        .expect(200);
    assert_eq!(resolved["total"], 1_000);
    ids.push(json!(Uuid::new_v4()));
    act(&app, &json!({"action": "resolve", "ids": ids}))
        .await
        .expect(422);
    act(&app, &json!({"action": "resolve", "ids": []}))
        .await
        .expect(422);
    app.stop().await;
}

/// A number in words that no grouping takes for a number.
fn letters(n: u32) -> String {
    let digits = n.to_string();
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_not_understood_is_refused() {
    let app = TestApp::start().await;
    let id = reported(&app, "untouched").await;
    for wrong in [
        json!({"action": "explode", "ids": [id]}),
        json!({"ids": [id]}),
        json!({"action": "resolve"}),
        json!({"action": "resolve", "ids": ["7"]}),
        json!({"action": "resolve", "ids": [id], "unheard_of": 1}),
    ] {
        let answer = act(&app, &wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    assert_eq!(detail(&app, &id).await["version"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_allowed_is_told_by_its_name() {
    let app = TestApp::start().await;
    let id = reported(&app, "untouched").await;
    for (wrong, told) in [
        (
            json!({"action": "assign", "ids": [id], "assigned_to": ""}),
            "assigned_to: has 1 to 255 characters, this one 0",
        ),
        (
            json!({"action": "tag", "ids": [id], "add": ["x".repeat(201)]}),
            "add: has 1 to 200 characters, this one 201",
        ),
        (
            json!({"action": "tag", "ids": [id], "remove": ["a\0"]}),
            "remove: holds the control character U+0000",
        ),
        (
            json!({"action": "delete", "ids": []}),
            "ids: has 1 to 1000 elements",
        ),
    ] {
        let detail = act(&app, &wrong).await.expect(422)["detail"].clone();
        assert!(detail.as_str().unwrap().starts_with(told), "{detail}");
    }
    assert_eq!(detail(&app, &id).await["version"], 1);
    app.stop().await;
}
