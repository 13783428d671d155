//! Programs: a service account's secret for a token that lasts minutes.

use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::village::Village;
use crate::access::town::{Sender, here};
use crate::app::{Answer, TestApp, send, wait_until};

const ACCOUNTS: &str = "/api/v1/service-accounts";

/// A service account that may read errors: its id and secret.
async fn account(app: &TestApp, admin: &Sender) -> (String, String) {
    let asked = json!({"name": "deploy", "scopes": ["errors:read"]});
    let made = admin.post(app, ACCOUNTS, &asked).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

async fn form(app: &TestApp, body: &str) -> Answer {
    let request = app.request(Method::POST, "/oauth/token");
    let kind = "application/x-www-form-urlencoded";
    send(request.header("content-type", kind).body(body.to_owned())).await
}

async fn errors(app: &TestApp, token: &str) -> u16 {
    let request = app.request(Method::GET, "/api/v1/errors");
    send(request.bearer_auth(token)).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_a_token_by_either_way_of_oauth_and_does_what_its_account_may() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (id, secret) = account(&app, &admin).await;
    let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let answer = form(&app, &body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let given = answer.expect(200);
    assert_eq!(given["token_type"], "Bearer");
    assert_eq!(given["expires_in"], 900);
    assert_eq!(given["scope"], "errors:read");
    let token = given["access_token"].as_str().unwrap();
    assert_eq!(errors(&app, token).await, 200);
    let change = app.request(Method::POST, ACCOUNTS).bearer_auth(token);
    let change = change.json(&json!({"name": "x", "scopes": ["errors:read"]}));
    send(change).await.expect(403);
    let basic = app
        .request(Method::POST, "/oauth/token")
        .basic_auth(&id, Some(&secret));
    let basic = basic.header("content-type", "application/x-www-form-urlencoded");
    send(basic.body("grant_type=client_credentials"))
        .await
        .expect(200);
    // A program is no person.
    let me = app
        .request(Method::GET, "/api/v1/users/me")
        .bearer_auth(token);
    send(me).await.expect(403);

    admin
        .delete(&app, &format!("{ACCOUNTS}/{id}"))
        .await
        .expect(204);
    wait_until("its tokens end", async || errors(&app, token).await == 401).await;
    assert_eq!(
        form(&app, &body).await.expect(401)["error"],
        "invalid_client"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_for_a_token_is_told_in_the_words_of_oauth() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (id, secret) = account(&app, &admin).await;
    let grant = "grant_type=client_credentials";
    for (body, status, error) in [
        (
            format!("grant_type=password&client_id={id}&client_secret={secret}"),
            400,
            "unsupported_grant_type",
        ),
        (
            format!("client_id={id}&client_secret={secret}"),
            400,
            "invalid_request",
        ),
        (format!("{grant}&client_id={id}"), 401, "invalid_client"),
        (
            format!(
                "{grant}&client_id={id}&client_secret=bss_{}",
                "0".repeat(32)
            ),
            401,
            "invalid_client",
        ),
        (
            format!("{grant}&client_id=x&client_secret={secret}"),
            401,
            "invalid_client",
        ),
        (
            format!("{grant}&client_id={id}&client_secret={}", "0".repeat(5000)),
            413,
            "invalid_request",
        ),
    ] {
        let told = form(&app, &body).await.expect(status);
        assert_eq!(told["error"], error, "{body}");
        assert!(told["error_description"].is_string());
    }
    let request = app
        .request(Method::POST, "/oauth/token")
        .json(&json!({"grant_type": "x"}));
    assert_eq!(send(request).await.expect(415)["error"], "invalid_request");
    let audited: Vec<Value> = sqlx::query_scalar(
        "select after from audit_log where action = 'access.refused' and subject = $1",
    )
    .bind(format!("service_account:{id}"))
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert_eq!(audited, [json!({"why": "wrong secret"})]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_person_is_none_of_a_program() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let (token, _) = village.tokens("ann@example.com").await;
    // She belongs nowhere yet.
    assert_eq!(errors(&village.app, &token).await, 403);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_with_the_secret_they_were_given_for() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (id, secret) = account(&app, &admin).await;
    let token = async |secret: &str| {
        let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let given = form(&app, &body).await.expect(200);
        given["access_token"].as_str().unwrap().to_owned()
    };
    let before = token(&secret).await;
    assert_eq!(errors(&app, &before).await, 200);
    let rotate = format!("{ACCOUNTS}/{id}/rotate");
    let rotated = admin.post(&app, &rotate, &Value::Null).await.expect(200);
    // At once, whatever this process remembers of the account.
    let after = token(rotated["secret"].as_str().unwrap()).await;
    assert_eq!(errors(&app, &after).await, 200);
    wait_until("the first token ends", async || {
        errors(&app, &before).await == 401
    })
    .await;
    assert_eq!(errors(&app, &after).await, 200);

    // A node whose clock was ahead gave a secret: the next one counts all the same.
    sqlx::query("update service_accounts set rotated_at = rotated_at + interval '90 seconds'")
        .execute(&app.owner)
        .await
        .unwrap();
    let again = admin.post(&app, &rotate, &Value::Null).await.expect(200);
    let last = token(again["secret"].as_str().unwrap()).await;
    wait_until("the second token ends", async || {
        errors(&app, &after).await == 401
    })
    .await;
    assert_eq!(errors(&app, &last).await, 200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_asked_for_as_often_as_anything_else_of_one_account() {
    let app = TestApp::start_with(&[("BUGSAGE_LIMIT_KEY", "3")]).await;
    let admin = here(&app, Role::Admin).await;
    let [(one, secret), (other, others)] =
        [account(&app, &admin).await, account(&app, &admin).await];
    let body = |id: &str, secret: &str| {
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
    };
    for _ in 0..3 {
        form(&app, &body(&one, &secret)).await.expect(200);
    }
    let refused = form(&app, &body(&one, &secret)).await;
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.expect(429)["error"], "temporarily_unavailable");
    form(&app, &body(&other, &others)).await.expect(200);
    app.stop().await;
}
