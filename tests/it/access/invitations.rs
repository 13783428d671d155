//! How people come in.

use bugsage_domain::access::Role;
use serde_json::{Value, json};

use super::town::{Sender, email, here, member, somebody};
use crate::app::TestApp;

async fn invite(app: &TestApp, sender: &Sender, email: &str, role: &str) -> Value {
    let body = json!({"email": email, "role": role});
    sender
        .post(app, "/api/v1/invitations", &body)
        .await
        .expect(201)
}

async fn accept(app: &TestApp, sender: &Sender, token: &Value, status: u16) -> Value {
    let body = json!({"token": token});
    sender
        .post(app, "/api/v1/invitations/accept", &body)
        .await
        .expect(status)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_for_one_address_and_counts_once() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let (meant, other) = (somebody(&app).await, somebody(&app).await);
    let made = invite(&app, &admin, &email(meant).to_uppercase(), "developer").await;
    assert_eq!(made["email"], email(meant));
    let token = &made["token"];
    assert!(token.as_str().unwrap().starts_with("bsi_"));
    accept(&app, &Sender::person(other), token, 404).await;
    let person = Sender::person(meant);
    accept(&app, &person, token, 200).await;
    accept(&app, &person, token, 404).await;
    person
        .post(&app, "/api/v1/errors", &json!({"title": "x"}))
        .await
        .expect(201);
    let listed = admin.get(&app, "/api/v1/invitations").await.expect(200);
    let accepted = &listed["items"][0];
    assert!(accepted["accepted_at"].is_string());
    assert_eq!(
        accepted["email"],
        Value::Null,
        "it is told no longer than needed"
    );
    assert_eq!(accepted["token"], Value::Null);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_by_itself_and_by_who_takes_it_back() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = somebody(&app).await;
    let person = Sender::person(user);
    let first = invite(&app, &admin, &email(user), "viewer").await;
    let again = json!({"email": email(user), "role": "viewer"});
    admin
        .post(&app, "/api/v1/invitations", &again)
        .await
        .expect(409);
    let path = format!("/api/v1/invitations/{}", first["id"].as_str().unwrap());
    admin.delete(&app, &path).await.expect(204);
    admin.delete(&app, &path).await.expect(404);
    accept(&app, &person, &first["token"], 404).await;
    let second = invite(&app, &admin, &email(user), "viewer").await;
    app.clock.advance(7 * 24 * 3600 + 1);
    accept(&app, &person, &second["token"], 409).await;
    let third = invite(&app, &admin, &email(user), "viewer").await;
    accept(&app, &person, &third["token"], 200).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_invited_who_is_here_or_whose_address_is_none() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let body = json!({"email": email(user), "role": "viewer"});
    admin
        .post(&app, "/api/v1/invitations", &body)
        .await
        .expect(409);
    for wrong in [
        "",
        "no address",
        "a@b\u{0}.c",
        "a@b c.d",
        &format!("{}@b.c", "a".repeat(300)),
    ] {
        let body = json!({"email": wrong, "role": "viewer"});
        admin
            .post(&app, "/api/v1/invitations", &body)
            .await
            .expect(422);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_tokens_nor_addresses_are_kept_where_they_cannot_be_erased() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = somebody(&app).await;
    let made = invite(&app, &admin, &email(user), "viewer").await;
    let secret = made["token"].as_str().unwrap().trim_start_matches("bsi_");
    let kept: Vec<String> = sqlx::query_scalar(
        "select i::text from invitations i union all select a::text from audit_log a",
    )
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert!(kept.iter().all(|row| !row.contains(secret)));
    sqlx::query("update users set email = null, erased_at = now() where user_id = $1")
        .bind(user)
        .execute(&app.owner)
        .await
        .unwrap();
    let kept: Vec<String> = sqlx::query_scalar(
        "select i::text from invitations i union all select a::text from audit_log a",
    )
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert!(
        kept.iter().all(|row| !row.contains(&email(user))),
        "{kept:?}"
    );
    app.stop().await;
}
