//! An organization whose provider says whatever its admins want.

use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::guest::{ALLOW, Guest, set_up};
use super::village::{PASSWORD, Village};
use super::wire::Wire;
use crate::access::town::{Sender, id, join, member};
use crate::app::{Answer, TestApp, wait_until};

const VICTIM: &str = "victim@shop.example";

/// Who has this address.
async fn user(app: &TestApp, email: &str) -> Uuid {
    sqlx::query_scalar("select user_id from users where email = $1")
        .bind(email)
        .fetch_one(&app.owner)
        .await
        .unwrap()
}

/// The row of the victim's account.
async fn account(app: &TestApp) -> Value {
    sqlx::query_scalar("select to_jsonb(u) from users u where email = $1")
        .bind(VICTIM)
        .fetch_one(&app.owner)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evil_organization_says_that_somebody_came_and_gets_nothing_of_theirs() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    village.resident(VICTIM).await;
    let victim = user(app, VICTIM).await;
    let home = app.project.organization;
    join(app, victim, home, Role::Owner).await;
    let evil = app.another_organization().await.organization;
    let mallory = Sender::person(member(app, evil, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &mallory, "oidc", &wire.issuer).await;
    let (mut guest, answer) = wire.sign_in(app, provider, VICTIM).await;
    answer.expect(303);

    // It is the victim's account, and nothing of it but its id is seen or changed.
    let me = guest.get(app, "/api/v1/users/me").await.expect(200);
    assert_eq!(id(&me), victim);
    assert_eq!(
        me,
        json!({"id": victim, "email": VICTIM, "organization": evil})
    );
    let own = guest.get(app, "/api/v1/organizations").await.expect(200);
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(id(&own[0]), evil);
    guest.get(app, "/api/v1/errors").await.expect(200);
    guest.get_in(app, home, "/api/v1/errors").await.expect(404);
    guest
        .get(app, &format!("/api/v1/organizations/{home}"))
        .await
        .expect(404);
    let link = format!("/api/v1/auth/providers/{provider}/link");
    let passwords = json!({"old_password": PASSWORD, "new_password": "another battery staple"});
    for (method, path, body) in [
        (
            Method::PATCH,
            "/api/v1/users/me",
            json!({"name": "Mallory"}),
        ),
        (
            Method::DELETE,
            "/api/v1/users/me",
            json!({"password": PASSWORD}),
        ),
        (Method::POST, "/api/v1/auth/password/change", passwords),
        (Method::POST, "/api/v1/auth/logout-all", json!({})),
        (
            Method::DELETE,
            &format!("/api/v1/users/me/identities/{provider}"),
            json!({}),
        ),
        (
            Method::POST,
            "/api/v1/organizations",
            json!({"name": "Mine"}),
        ),
        (
            Method::POST,
            "/api/v1/invitations/accept",
            json!({"token": "x"}),
        ),
        (Method::POST, &link, json!({})),
    ] {
        let told = guest.ask(app, method, path, &body).await.expect(403);
        let told = told["detail"].as_str().unwrap();
        assert!(told.contains("within it alone"), "{path}: {told}");
    }

    // The victim is where they were: one organization, and no record of theirs goes elsewhere.
    let (token, _) = village.tokens(VICTIM).await;
    let ask = async |path: &str| village.as_program(&token, Method::GET, path, None).await;
    ask("/api/v1/errors").await.expect(200);
    let own = ask("/api/v1/organizations").await.expect(200);
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(id(&own[0]), home);
    ask(&format!("/api/v1/organizations/{evil}"))
        .await
        .expect(404);
    let started: Vec<Uuid> = sqlx::query_scalar(
        "select organization_id from audit_log where action = 'session.started' and actor = $1 order by audit_id",
    )
    .bind(format!("user:{victim}"))
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert_eq!(started, [evil, home]);
    // Nor can they be made to answer for it.
    let membership = format!("/api/v1/users/{victim}");
    let boss = Sender::person(member(app, evil, Role::Owner).await);
    boss.patch(app, &membership, &json!({"role": "owner"}))
        .await
        .expect(409);

    let out = guest
        .ask(app, Method::POST, "/api/v1/auth/logout", &json!({}))
        .await;
    out.expect(200);
    guest.get(app, "/api/v1/users/me").await.expect(401);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_accepts_an_invitation_belongs_there_in_every_session() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    village.resident(VICTIM).await;
    let other = app.another_organization().await.organization;
    let admin = Sender::person(member(app, other, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &admin, "oidc", &wire.issuer).await;
    wire.sign_in(app, provider, VICTIM).await.1.expect(303);
    let (token, _) = village.tokens(VICTIM).await;
    let ask = async |method, path: &str, body| village.as_program(&token, method, path, body).await;
    ask(Method::GET, "/api/v1/errors", None).await.expect(403);
    let invitation = json!({"email": VICTIM, "role": "developer"});
    let invited = admin
        .post(app, "/api/v1/invitations", &invitation)
        .await
        .expect(201);
    let accept = Some(json!({"token": invited["token"]}));
    ask(Method::POST, "/api/v1/invitations/accept", accept)
        .await
        .expect(200);
    ask(Method::GET, "/api/v1/errors", None).await.expect(200);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_else_registered_is_joined_without_their_password() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    // Mallory registers the address of somebody else, and never reads its mail.
    village.register(VICTIM).await.expect(202);
    let before = account(app).await;
    let organization = app.project.organization;
    let admin = Sender::person(member(app, organization, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &admin, "oidc", &wire.issuer).await;
    let (mut victim, answer) = wire.sign_in(app, provider, VICTIM).await;
    answer.expect(303);
    victim.get(app, "/api/v1/errors").await.expect(200);
    village.login(VICTIM, PASSWORD).await.expect(401);
    assert_eq!(account(app).await, before, "a provider changed an account");
    // Whoever registers it once more does not end that session, nor name its person.
    let again = json!({"email": VICTIM, "password": "the password of mallory", "name": "Mallory"});
    village
        .post("/api/v1/auth/register", &again)
        .await
        .expect(202);
    victim.get(app, "/api/v1/errors").await.expect(200);
    assert_eq!(account(app).await["name"], before["name"]);
    village
        .login(VICTIM, "the password of mallory")
        .await
        .expect(401);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_provider_names_is_still_to_be_proved() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    let admin = Sender::person(member(app, app.project.organization, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &admin, "oidc", &wire.issuer).await;
    wire.sign_in(app, provider, VICTIM).await.1.expect(303);
    assert_eq!(account(app).await["email_verified_at"], Value::Null);
    // Whose it is registers it as if it were new.
    village.resident(VICTIM).await;
    village.login(VICTIM, PASSWORD).await.expect(200);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_that_are_begun_and_not_finished_are_bounded() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    let admin = Sender::person(member(app, app.project.organization, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &admin, "oidc", &wire.issuer).await;
    let mut guest = Guest::new();
    for _ in 0..101 {
        guest.begin(app, provider).await;
    }
    let begin = format!("/api/v1/auth/providers/{provider}/begin");
    guest.get(app, &begin).await.expect(429);
    let begun: i64 = sqlx::query_scalar("select count(*) from provider_logins")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert_eq!(begun, 101);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_an_owner_by_a_providers_word_and_a_session_ends_with_its_provider() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    village.resident(VICTIM).await;
    let owner = user(app, VICTIM).await;
    let organization = app.project.organization;
    join(app, owner, organization, Role::Owner).await;
    let admin = Sender::person(member(app, organization, Role::Admin).await);
    let wire = Wire::start().await;
    let provider = set_up(app, &admin, "oidc", &wire.issuer).await;
    let (mut guest, answer) = wire.sign_in(app, provider, VICTIM).await;
    answer.expect(303);
    let appoint = async |guest: &mut Guest, body: Value| -> Answer {
        let other = member(app, organization, Role::Viewer).await;
        let path = format!("/api/v1/users/{other}");
        guest.ask(app, Method::PATCH, &path, &body).await
    };
    appoint(&mut guest, json!({"role": "owner"}))
        .await
        .expect(403);
    appoint(&mut guest, json!({"role": "admin"}))
        .await
        .expect(200);
    let path = format!("/api/v1/providers/{provider}");
    admin.delete(app, &path).await.expect(204);
    wait_until("the session is over", async || {
        guest.get(app, "/api/v1/errors").await.status.as_u16() == 401
    })
    .await;
    let begin = format!("/api/v1/auth/providers/{provider}/begin");
    Guest::new().get(app, &begin).await.expect(404);
    let sealed: i64 =
        sqlx::query_scalar("select count(*) from sealed_secrets where organization_id = $1")
            .bind(organization)
            .fetch_one(&app.owner)
            .await
            .unwrap();
    assert_eq!(sealed, 0);
    village.stop().await;
}
