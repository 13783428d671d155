//! People who really sign in, from the first account to the second person's limits.

use bugsage_api::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::wait_until;
use crate::people::village::{PASSWORD, Village};

const INVITATIONS: &str = "/api/v1/invitations";

/// Asks as a program with an access token.
async fn ask(village: &Village, token: &str, method: Method, path: &str, body: Value) -> Value {
    let body = Some(body).filter(|body| !body.is_null());
    let answer = village.as_program(token, method, path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.body);
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_register_one_invites_the_other_who_reads_and_changes_nothing() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let (ann, _) = village.tokens("ann@example.com").await;
    let made = async |path: &str, body: Value| ask(&village, &ann, Method::POST, path, body).await;
    let organization = made("/api/v1/organizations", json!({"name": "Shop"})).await;
    made("/api/v1/projects", json!({"name": "Till"})).await;
    let invitation = json!({"email": "bob@example.com", "role": "viewer"});
    let token = made(INVITATIONS, invitation).await["token"].clone();
    let error = made("/api/v1/errors", json!({"title": "Boom"})).await;

    village.resident("bob@example.com").await;
    let bob = village.browser("bob@example.com").await;
    let as_bob = async |method: Method, path: &str, body: Option<Value>| {
        let csrf = Some(bob.csrf.as_str());
        village
            .as_browser(&bob.cookie, csrf, method, path, body)
            .await
    };
    let accept = Some(json!({"token": token}));
    let path = "/api/v1/invitations/accept";
    let accepted = as_bob(Method::POST, path, accept).await.expect(200);
    assert_eq!(accepted["organization_id"], organization["id"]);
    let path = format!("/api/v1/errors/{}", error["id"].as_str().unwrap());
    let resolve = format!("{path}/resolve");
    as_bob(Method::GET, "/api/v1/errors", None)
        .await
        .expect(200);
    let members = as_bob(Method::GET, "/api/v1/users", None).await.expect(200);
    assert_eq!(members["items"].as_array().unwrap().len(), 2);
    as_bob(Method::POST, &resolve, Some(json!({})))
        .await
        .expect(403);
    as_bob(Method::DELETE, &path, None).await.expect(403);
    as_bob(Method::GET, "/api/v1/audit", None).await.expect(403);
    let without = village.as_browser(&bob.cookie, None, Method::POST, &resolve, Some(json!({})));
    let told = without.await.expect(403);
    assert!(told["detail"].as_str().unwrap().contains("CSRF"), "{told}");

    let change = json!({"role": "developer"});
    let member = members["items"].as_array().unwrap();
    let member = member
        .iter()
        .find(|m| m["email"] == "bob@example.com")
        .unwrap();
    let member = format!("/api/v1/users/{}", member["id"].as_str().unwrap());
    ask(&village, &ann, Method::PATCH, &member, change).await;
    as_bob(Method::POST, &resolve, Some(json!({})))
        .await
        .expect(200);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_invited_gets_a_letter_whose_code_lets_them_in() {
    let village = Village::start().await;
    let invitation = json!({"email": "bob@example.com", "role": "viewer"});
    let shown = village.app.post(INVITATIONS, &invitation).await.expect(201);
    let code = || {
        let mut letters = village.letters().into_iter();
        let letter = letters.find(|letter| {
            letter.starts_with("To: bob@example.com\n") && letter.contains("as viewer")
        })?;
        let mut lines = letter.lines().map(str::trim);
        lines
            .find(|line| line.starts_with("bsi_"))
            .map(str::to_owned)
    };
    wait_until("the letter comes", async || code().is_some()).await;
    let code = code().unwrap();
    assert_ne!(json!(code), shown["token"]);
    village.resident("bob@example.com").await;
    let (bob, _) = village.tokens("bob@example.com").await;
    let accept = json!({"token": code});
    let path = "/api/v1/invitations/accept";
    ask(&village, &bob, Method::POST, path, accept).await;
    ask(&village, &bob, Method::GET, "/api/v1/errors", Value::Null).await;
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_accounts_begin_with_an_invitation_its_token_lets_one_register() {
    let village = Village::start_with(&[("BUGSAGE_REGISTRATION", "invitation")]).await;
    let invitation = json!({"email": "bob@example.com", "role": "viewer"});
    let token = village.app.post(INVITATIONS, &invitation).await.expect(201)["token"].clone();
    let register = async |email: &str, token: &Value| {
        let asked = json!({"email": email, "password": PASSWORD, "invitation": token});
        village
            .post("/api/v1/auth/register", &asked)
            .await
            .status
            .as_u16()
    };
    assert_eq!(register("bob@example.com", &Value::Null).await, 403);
    assert_eq!(register("bob@example.com", &json!("bsi_none")).await, 403);
    assert_eq!(register("eve@example.com", &token).await, 403);
    assert_eq!(register("Bob@example.com", &token).await, 202);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demos_owner_signs_in_and_its_key_may_do_the_same() {
    let village = Village::start().await;
    let app = &village.app;
    let known = demo::Known::default();
    let demo = demo::seed(&app.owner, &app.clock, &app.url, &known)
        .await
        .unwrap();
    let session = village.login(&demo.email, &demo.password).await.expect(200);
    let token = session["access_token"].as_str().unwrap();
    for key in [token, &demo.api_key] {
        for path in ["/api/v1/errors", "/api/v1/audit", "/api/v1/api-keys"] {
            ask(&village, key, Method::GET, path, Value::Null).await;
        }
    }
    village.stop().await;
}
