//! Programs with a secret of their own.

use bugsage_commands::access::service_accounts::with_secret;
use bugsage_domain::access::{Permission, Role};
use bugsage_event_store::{DatabaseRole, connect};
use serde_json::{Value, json};

use super::town::{here, id, key};
use crate::app::TestApp;

const ACCOUNTS: &str = "/api/v1/service-accounts";

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_counts_until_it_is_rotated_or_revoked() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let body = json!({"name": "deploy", "scopes": ["errors:read"]});
    let made = admin.post(&app, ACCOUNTS, &body).await.expect(201);
    let account = id(&made);
    let pool = connect(&app.database_url(), DatabaseRole::App, 1).unwrap();
    let counts = async |secret: &Value| {
        let found = with_secret(&pool, account, secret.as_str().unwrap())
            .await
            .unwrap();
        found.is_some_and(|proved| proved.scopes.contains(Permission::ErrorsRead))
    };
    assert!(counts(&made["secret"]).await);
    assert!(!counts(&json!("bss_another")).await);
    let path = format!("{ACCOUNTS}/{account}");
    let rotated = admin
        .post(&app, &format!("{path}/rotate"), &Value::Null)
        .await
        .expect(200);
    assert!(counts(&rotated["secret"]).await);
    assert!(!counts(&made["secret"]).await);
    admin.delete(&app, &path).await.expect(204);
    assert!(!counts(&rotated["secret"]).await);
    admin.delete(&app, &path).await.expect(404);
    admin
        .post(&app, &format!("{path}/rotate"), &Value::Null)
        .await
        .expect(404);
    let listed = admin.get(&app, ACCOUNTS).await.expect(200);
    assert!(listed["items"][0]["revoked_at"].is_string());
    assert_eq!(listed["items"][0]["secret"], Value::Null);
    pool.close().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_at_a_secret_that_may_do_more_than_they() {
    let app = TestApp::start().await;
    let owner = here(&app, Role::Owner).await;
    let body = json!({"name": "a", "scopes": ["errors:write"]});
    let made = owner.post(&app, ACCOUNTS, &body).await.expect(201);
    let scopes = [Permission::ServiceAccountsWrite].into_iter().collect();
    let little = key(&app, app.project.organization, None, scopes, None).await;
    little.post(&app, ACCOUNTS, &body).await.expect(403);
    let rotate = format!("{ACCOUNTS}/{}/rotate", id(&made));
    little.post(&app, &rotate, &Value::Null).await.expect(403);
    app.stop().await;
}
