//! Keys for programs.

use bugsage_domain::access::{Permission, ProjectRole, Role};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::town::{Sender, here, key, member};
use crate::app::{TestApp, wait_until};

const KEYS: &str = "/api/v1/api-keys";

async fn made(app: &TestApp, sender: &Sender, body: Value) -> (Value, Sender, String) {
    let made = sender.post(app, KEYS, &body).await.expect(201);
    let key = Sender::key(made["key"].as_str().unwrap());
    let path = format!("{KEYS}/{}", made["id"].as_str().unwrap());
    (made, key, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let body = json!({"name": "deploy", "scopes": ["errors:read"]});
    let (shown, key, _) = made(&app, &admin, body).await;
    let text = shown["key"].as_str().unwrap();
    assert!(text.starts_with("bsk_") && text.len() == 36, "{text}");
    key.get(&app, "/api/v1/errors").await.expect(200);
    key.post(&app, "/api/v1/errors", &json!({"title": "x"}))
        .await
        .expect(403);
    let listed = admin.get(&app, KEYS).await.expect(200);
    let last = listed["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["id"], &last["name"]),
        (&shown["id"], &json!("deploy"))
    );
    assert_eq!(last["key"], Value::Null);
    let kept: Vec<String> = sqlx::query_scalar(
        "select k::text from api_keys k union all select a::text from audit_log a",
    )
    .fetch_all(&app.owner)
    .await
    .unwrap();
    let secret = text.trim_start_matches("bsk_");
    assert!(kept.iter().all(|row| !row.contains(secret)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_by_itself_and_by_who_revokes_it() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let end = app.clock.now() + TimeDelta::hours(1);
    let body = json!({"name": "k", "scopes": ["errors:read"], "expires_at": end});
    let (_, key, _) = made(&app, &admin, body).await;
    key.get(&app, "/api/v1/errors").await.expect(200);
    app.clock.advance(3601);
    let told = key.get(&app, "/api/v1/errors").await.expect(401);
    assert!(
        told["detail"].as_str().unwrap().contains("expired"),
        "{told}"
    );
    let (_, key, path) = made(
        &app,
        &admin,
        json!({"name": "k", "scopes": ["errors:read"]}),
    )
    .await;
    key.get(&app, "/api/v1/errors").await.expect(200);
    admin.delete(&app, &path).await.expect(204);
    key.get(&app, "/api/v1/errors").await.expect(401);
    admin.delete(&app, &path).await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_another_node_revokes_ends_within_seconds() {
    let app = TestApp::start().await;
    let node = app.another_node(0).await;
    let admin = here(&app, Role::Admin).await;
    let (_, key, path) = made(
        &app,
        &admin,
        json!({"name": "k", "scopes": ["errors:read"]}),
    )
    .await;
    key.get(&node, "/api/v1/errors").await.expect(200);
    admin.delete(&app, &path).await.expect(204);
    wait_until("the other node knows", async || {
        key.get(&node, "/api/v1/errors").await.status == 401
    })
    .await;
    node.stop().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_a_key_that_may_do_more_than_they() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let body = |scope: &str| json!({"name": "k", "scopes": [scope]});
    admin
        .post(&app, KEYS, &body("owners:write"))
        .await
        .expect(403);
    let scopes = [Permission::ApiKeysWrite, Permission::ErrorsRead];
    let little = key(
        &app,
        app.project.organization,
        None,
        scopes.into_iter().collect(),
        None,
    )
    .await;
    little
        .post(&app, KEYS, &body("errors:write"))
        .await
        .expect(403);
    little
        .post(&app, KEYS, &body("errors:read"))
        .await
        .expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_one_project_makes_keys_of_that_project_alone() {
    let app = TestApp::start().await;
    let other = app.another_project().await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    sqlx::query("insert into project_roles (organization_id, project_id, user_id, role) values ($1, $2, $3, 'admin')")
        .bind(app.project.organization)
        .bind(app.project.id)
        .bind(user)
        .execute(&app.owner)
        .await
        .unwrap();
    let person = Sender::person(user);
    let (shown, _, path) = made(
        &app,
        &person,
        json!({"name": "k", "scopes": ["errors:write"]}),
    )
    .await;
    assert_eq!(shown["project_id"], app.project.id);
    let foreign = json!({"name": "k", "scopes": ["errors:read"], "project_id": other.id});
    person.post(&app, KEYS, &foreign).await.expect(404);
    let of_organization = json!({"name": "k", "scopes": ["members:read"]});
    person.post(&app, KEYS, &of_organization).await.expect(422);
    let listed = person.get(&app, KEYS).await.expect(200);
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        1,
        "not those of others"
    );
    let whole = key(
        &app,
        app.project.organization,
        None,
        Role::Viewer.permissions(),
        None,
    )
    .await;
    whole.get(&app, "/api/v1/errors").await.expect(200);
    let id: uuid::Uuid =
        sqlx::query_scalar("select key_id from api_keys where project_id is null and name = 'it'")
            .fetch_one(&app.owner)
            .await
            .unwrap();
    person
        .delete(&app, &format!("{KEYS}/{id}"))
        .await
        .expect(404);
    person.delete(&app, &path).await.expect(204);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let owner = here(&app, Role::Owner).await;
    let past = app.clock.now() - TimeDelta::seconds(1);
    for wrong in [
        json!({"name": "k"}),
        json!({"name": "k", "scopes": []}),
        json!({"name": "k", "scopes": ["errors:red"]}),
        json!({"name": "k\u{7}", "scopes": ["errors:read"]}),
        json!({"name": "k", "scopes": ["errors:read"], "expires_at": past}),
        json!({"name": "k", "scopes": ["audit:read"], "project_id": app.project.id}),
        json!({"name": "k", "scopes": ["errors:read"], "key": "bsk_mine"}),
    ] {
        owner.post(&app, KEYS, &wrong).await.expect(422);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_key_was_last_used_is_known_once_the_service_has_written_it() {
    let app = TestApp::start().await;
    let scopes = ProjectRole::Viewer.permissions();
    let key = key(
        &app,
        app.project.organization,
        Some(app.project.id),
        scopes,
        None,
    )
    .await;
    key.get(&app, "/api/v1/errors").await.expect(200);
    let used_after = app.clock.now() - TimeDelta::minutes(1);
    let node = app.another_node(0).await;
    app.stop().await;
    let used: Option<DateTime<Utc>> =
        sqlx::query_scalar("select last_used_at from api_keys where name = 'it'")
            .fetch_one(&node.owner)
            .await
            .unwrap();
    assert!(used.is_some_and(|at| at > used_after), "{used:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_made_does_not_outlive_it() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let end = app.clock.now() + TimeDelta::hours(1);
    let scopes = json!(["api_keys:write", "service_accounts:write", "errors:read"]);
    let body = json!({"name": "k", "scopes": scopes, "expires_at": end});
    let (_, key, path) = made(&app, &admin, body).await;
    let child = |end: Value| json!({"name": "c", "scopes": ["errors:read"], "expires_at": end});
    for later in [Value::Null, json!(end + TimeDelta::seconds(1))] {
        let told = key.post(&app, KEYS, &child(later)).await.expect(422);
        assert!(told["detail"].as_str().unwrap().contains("ends later"));
    }
    let account = json!({"name": "a", "scopes": ["errors:read"]});
    let accounts = "/api/v1/service-accounts";
    key.post(&app, accounts, &account).await.expect(422);

    let (_, child, _) = made(&app, &key, child(json!(end))).await;
    child.get(&app, "/api/v1/errors").await.expect(200);
    admin.delete(&app, &path).await.expect(204);
    wait_until("both are revoked", async || {
        child.get(&app, "/api/v1/errors").await.status == 401
    })
    .await;
    let log = admin
        .get(&app, "/api/v1/audit")
        .await
        .expect(200)
        .to_string();
    assert!(log.contains("with_it"), "{log}");
    app.stop().await;
}
