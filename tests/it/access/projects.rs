//! Projects, and the keys that SDKs send with.

use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::town::{Sender, here};
use crate::app::{TestApp, envelope, send};

/// Sends an event with a DSN's key; the status.
async fn ingest(app: &TestApp, key: &Value) -> u16 {
    let auth = format!(
        "Sentry sentry_version=7, sentry_key={}",
        key.as_str().unwrap()
    );
    let path = format!("/api/{}/envelope/", app.project.id);
    let request = app
        .request(Method::POST, &path)
        .header("x-sentry-auth", auth);
    let body = envelope(&[&json!({"message": "sent"})]);
    send(request.body(body)).await.status.as_u16()
}

fn keys(app: &TestApp) -> String {
    format!("/api/v1/projects/{}/keys", app.project.id)
}

async fn made(app: &TestApp, sender: &Sender, body: Value) -> (Value, String) {
    let key = sender.post(app, &keys(app), &body).await.expect(201);
    let path = format!("{}/{}", keys(app), key["id"].as_str().unwrap());
    (key, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_one_by_one_and_followed_at_once() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let path = format!("/api/v1/projects/{}", app.project.id);
    let change = json!({"scrub_emails": true, "retention_days": 7, "scrub_keys": [" favourite "], "join_similar": false});
    let changed = admin.patch(&app, &path, &change).await.expect(200);
    assert_eq!(changed["retention_days"], 7);
    assert_eq!(changed["scrub_keys"], json!(["favourite"]));
    assert_eq!(changed["join_similar"], json!(false));
    let changed = admin
        .patch(&app, &path, &json!({"name": "Till"}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["scrub_emails"]),
        (&json!("Till"), &json!(true))
    );
    assert_eq!(admin.get(&app, &path).await.expect(200), changed);
    let event = app
        .send_event(&json!({"message": "to ann@it.example"}))
        .await;
    let stored = app.occurrence(&event).await.to_string();
    assert!(!stored.contains("ann@it.example"), "{stored}");
    for wrong in [
        json!({"retention_days": 0}),
        json!({"retention_days": 3651}),
        json!({"scrub_keys": [""]}),
        json!({"scrub_keys": ["a\u{0}"]}),
        json!({"scrub_keys": vec!["a"; 101]}),
        json!({"name": ""}),
        json!({"purged_before": "2026-01-01T00:00:00Z"}),
    ] {
        admin.patch(&app, &path, &wrong).await.expect(422);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projects_of_an_organization_have_two_names() {
    let app = TestApp::start().await;
    let owner = here(&app, Role::Owner).await;
    let name = json!({"name": "Till"});
    let first = owner
        .post(&app, "/api/v1/projects", &name)
        .await
        .expect(201);
    owner
        .post(&app, "/api/v1/projects", &name)
        .await
        .expect(409);
    let path = format!("/api/v1/projects/{}", app.project.id);
    owner.patch(&app, &path, &name).await.expect(409);
    let listed = owner
        .get(&app, "/api/v1/projects?limit=1")
        .await
        .expect(200);
    let cursor = listed["next_cursor"].as_str().unwrap();
    let rest = owner
        .get(&app, &format!("/api/v1/projects?cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"][0]["id"], first["id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_project_takes_nothing_and_can_be_read_and_opened() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (key, _) = made(&app, &admin, json!({})).await;
    assert_eq!(ingest(&app, &key["public_key"]).await, 200);
    let path = format!("/api/v1/projects/{}", app.project.id);
    assert_eq!(admin.delete(&app, &path).await.expect(200)["closed"], true);
    assert_eq!(ingest(&app, &key["public_key"]).await, 403);
    let report = json!({"title": "x", "project_id": app.project.id});
    admin
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(403);
    assert_eq!(app.errors().await.len(), 1);
    admin
        .patch(&app, &path, &json!({"closed": false}))
        .await
        .expect(200);
    assert_eq!(ingest(&app, &key["public_key"]).await, 200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dsn_key_can_be_ended_while_the_others_go_on() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (first, path) = made(&app, &admin, json!({"label": "web", "rate_limit": 60})).await;
    let (second, other) = made(&app, &admin, json!({})).await;
    assert!(
        first["dsn"]
            .as_str()
            .unwrap()
            .contains(first["public_key"].as_str().unwrap())
    );
    let disabled = admin
        .patch(&app, &path, &json!({"enabled": false}))
        .await
        .expect(200);
    assert_eq!(
        (&disabled["label"], &disabled["rate_limit"]),
        (&json!("web"), &json!(60))
    );
    assert_eq!(ingest(&app, &first["public_key"]).await, 403);
    assert_eq!(ingest(&app, &second["public_key"]).await, 200);
    admin.delete(&app, &other).await.expect(204);
    assert_eq!(ingest(&app, &second["public_key"]).await, 403);
    let listed = admin.get(&app, &keys(&app)).await.expect(200);
    assert_eq!(
        listed.as_array().unwrap().len(),
        2,
        "the demo's and the first"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dsn_key_is_rotated_into_one_like_it() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (old, path) = made(&app, &admin, json!({"label": "web", "rate_limit": 60})).await;
    let new = admin
        .post(&app, &format!("{path}/rotate"), &Value::Null)
        .await
        .expect(201);
    assert_ne!(new["public_key"], old["public_key"]);
    assert_eq!(
        (&new["label"], &new["rate_limit"]),
        (&json!("web"), &json!(60))
    );
    assert_eq!(ingest(&app, &old["public_key"]).await, 403);
    assert_eq!(ingest(&app, &new["public_key"]).await, 200);
    let path = format!("{}/{}", keys(&app), new["id"].as_str().unwrap());
    let unlimited = admin
        .patch(&app, &path, &json!({"rate_limit": null}))
        .await
        .expect(200);
    assert_eq!(unlimited["rate_limit"], Value::Null);
    for wrong in [
        json!({"rate_limit": 0}),
        json!({"rate_limit": 1_000_001}),
        json!({"label": ""}),
    ] {
        admin.patch(&app, &path, &wrong).await.expect(422);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_has_so_many_keys_and_no_more() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    sqlx::query(
        "insert into dsn_keys (public_key, organization_id, project_id)
             select 'it' || n, organization_id, project_id from projects, generate_series(1, 99) n",
    )
    .execute(&app.owner)
    .await
    .unwrap();
    let told = admin.post(&app, &keys(&app), &json!({})).await.expect(409);
    assert!(told["detail"].as_str().unwrap().contains("100"), "{told}");
    app.stop().await;
}
