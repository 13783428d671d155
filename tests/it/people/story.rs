//! From registering to the end of a session, with tokens.

use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::village::{PASSWORD, Village};
use crate::access::town::here;
use crate::app::{send, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_registers_confirms_signs_in_goes_on_and_leaves() {
    let village = Village::start().await;
    let told = village.register("ann@example.com").await.expect(202);
    assert!(told["message"].as_str().unwrap().contains("mail"), "{told}");
    village.login("ann@example.com", PASSWORD).await.expect(401);
    let code = village.code("ann@example.com", "Confirm").await;
    let confirm = json!({"token": code, "password": PASSWORD});
    village
        .post("/api/v1/auth/verify-email", &confirm)
        .await
        .expect(200);
    village
        .post("/api/v1/auth/verify-email", &confirm)
        .await
        .expect(422);

    let answer = village.login("ann@example.com", PASSWORD).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("set-cookie").is_none());
    let session = answer.expect(200);
    assert_eq!(session["token_type"], "Bearer");
    assert_eq!(session["expires_in"], 900);
    assert!(session["csrf_token"].is_null());
    let access = session["access_token"].as_str().unwrap();
    let me = village
        .as_program(access, Method::GET, "/api/v1/users/me", None)
        .await
        .expect(200);
    assert_eq!(me["id"], session["user_id"]);
    assert_eq!(
        (&me["email"], &me["name"]),
        (&json!("ann@example.com"), &json!("Ann"))
    );

    let next = json!({"refresh_token": session["refresh_token"]});
    let next = village
        .post("/api/v1/auth/refresh", &next)
        .await
        .expect(200);
    let access = next["access_token"].as_str().unwrap();
    village
        .as_program(access, Method::POST, "/api/v1/auth/logout", None)
        .await
        .expect(200);
    village
        .as_program(access, Method::GET, "/api/v1/users/me", None)
        .await
        .expect(401);
    let next = json!({"refresh_token": next["refresh_token"]});
    village
        .post("/api/v1/auth/refresh", &next)
        .await
        .expect(401);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_comes_twice_ends_its_session() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let (_, refresh) = village.tokens("ann@example.com").await;
    let asked = json!({"refresh_token": refresh});
    let next = village
        .post("/api/v1/auth/refresh", &asked)
        .await
        .expect(200);
    let told = village
        .post("/api/v1/auth/refresh", &asked)
        .await
        .expect(401);
    assert!(
        told["detail"].as_str().unwrap().contains("sign in again"),
        "{told}"
    );
    let access = next["access_token"].as_str().unwrap();
    village
        .as_program(access, Method::GET, "/api/v1/users/me", None)
        .await
        .expect(401);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_counts_on_other_nodes_within_seconds() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let other = village.app.another_node(0).await;
    let there = async |token: &str| {
        let request = other.request(Method::GET, "/api/v1/users/me");
        send(request.bearer_auth(token)).await.status.as_u16()
    };
    let (one, _) = village.tokens("ann@example.com").await;
    let (two, _) = village.tokens("ann@example.com").await;
    assert_eq!((there(&one).await, there(&two).await), (200, 200));
    village
        .as_program(&one, Method::POST, "/api/v1/auth/logout", None)
        .await
        .expect(200);
    wait_until("the other node has seen the logout", async || {
        there(&one).await == 401
    })
    .await;
    assert_eq!(there(&two).await, 200);
    let change = json!({"old_password": PASSWORD, "new_password": "another battery staple"});
    let path = "/api/v1/auth/password/change";
    let changed = village
        .as_program(&two, Method::POST, path, Some(change))
        .await
        .expect(200);
    wait_until("the other node has seen the new password", async || {
        there(&two).await == 401
    })
    .await;
    assert_eq!(there(changed["access_token"].as_str().unwrap()).await, 200);
    other.stop().await;
    village.stop().await;
}

/// An answer without what differs from request to request.
fn words(mut answer: Value) -> Value {
    answer["request_id"] = Value::Null;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_addresses_have_accounts() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let mut told: Vec<[Value; 4]> = Vec::new();
    for who in ["ann@example.com", "nobody@example.com"] {
        let address = json!({"email": who});
        told.push([
            words(
                village
                    .login(who, "not the password at all")
                    .await
                    .expect(401),
            ),
            village
                .post("/api/v1/auth/password/forgot", &address)
                .await
                .expect(202),
            village
                .post("/api/v1/auth/verify-email/resend", &address)
                .await
                .expect(202),
            village.register(who).await.expect(202),
        ]);
    }
    assert_eq!(told[0], told[1]);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_again_and_again_is_told_when_to_come_back() {
    let village = Village::start().await;
    for _ in 0..6 {
        village
            .login("ann@example.com", "not the password at all")
            .await
            .expect(401);
    }
    let late = village
        .login("ann@example.com", "not the password at all")
        .await;
    let seconds: u32 = late.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    let told = late.expect(429);
    assert_eq!(told["type"], "/problems/attempts");
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_by_mail() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let address = json!({"email": "ann@example.com"});
    village
        .post("/api/v1/auth/password/forgot", &address)
        .await
        .expect(202);
    let code = village.code("ann@example.com", "Set a new password").await;
    let path = "/api/v1/auth/password/reset";
    let weak = json!({"token": code, "password": "password1234"});
    let told = village.post(path, &weak).await.expect(422);
    assert!(
        told["detail"].as_str().unwrap().contains("choose another"),
        "{told}"
    );
    let good = json!({"token": code, "password": "a password of today"});
    village.post(path, &good).await.expect(200);
    village.post(path, &good).await.expect(422);
    village.login("ann@example.com", PASSWORD).await.expect(401);
    village
        .login("ann@example.com", "a password of today")
        .await
        .expect(200);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_where_that_is_off() {
    let village = Village::start_with(&[("BUGSAGE_REGISTRATION", "off")]).await;
    village.register("ann@example.com").await.expect(403);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_registers_confirms_and_accepts() {
    let village = Village::start_with(&[("BUGSAGE_REGISTRATION", "invitation")]).await;
    let admin = here(&village.app, Role::Admin).await;
    let invited = json!({"email": "ann@example.com", "role": "viewer"});
    let made = admin
        .post(&village.app, "/api/v1/invitations", &invited)
        .await;
    let token = made.expect(201)["token"].clone();
    let register = async |who: &str, token: &Value| {
        let asked = json!({"email": who, "password": PASSWORD, "invitation": token});
        village.post("/api/v1/auth/register", &asked).await
    };
    for wrong in [
        &json!("bsi_00000000000000000000000000000000"),
        &json!(""),
        &Value::Null,
    ] {
        register("ann@example.com", wrong).await.expect(403);
    }
    register("bob@example.com", &token).await.expect(403);
    register("ann@example.com", &token).await.expect(202);
    // Who invited knows the token as well, and reads no mail of the invited.
    village.login("ann@example.com", PASSWORD).await.expect(401);
    let code = village.code("ann@example.com", "Confirm").await;
    let confirm = json!({"token": code, "password": PASSWORD});
    village
        .post("/api/v1/auth/verify-email", &confirm)
        .await
        .expect(200);
    let (access, _) = village.tokens("ann@example.com").await;
    let accept = Some(json!({"token": token}));
    let path = "/api/v1/invitations/accept";
    village
        .as_program(&access, Method::POST, path, accept)
        .await
        .expect(200);
    village
        .as_program(&access, Method::GET, "/api/v1/errors", None)
        .await
        .expect(200);
    let key = Some(json!({"name": "x", "scopes": ["errors:read"]}));
    village
        .as_program(&access, Method::POST, "/api/v1/api-keys", key)
        .await
        .expect(403);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_checked_before_anything_is_done() {
    let village = Village::start().await;
    for (asked, status) in [
        (json!({"email": "ann", "password": PASSWORD}), 422),
        (
            json!({"email": "ann@example.com\nBcc: x@example.com", "password": PASSWORD}),
            422,
        ),
        (
            json!({"email": "ann@example.com", "password": "short"}),
            422,
        ),
        (
            json!({"email": "ann@example.com", "password": PASSWORD, "name": "a\u{0}b"}),
            422,
        ),
        (
            json!({"email": "ann@example.com", "password": PASSWORD, "name": "a".repeat(101)}),
            422,
        ),
        (
            json!({"email": "ann@example.com", "password": PASSWORD, "role": "owner"}),
            422,
        ),
        (
            json!({"email": "ann@example.com", "password": "a".repeat(20_000)}),
            413,
        ),
        (json!({"email": "ann@example.com"}), 422),
    ] {
        village
            .post("/api/v1/auth/register", &asked)
            .await
            .expect(status);
    }
    for path in [
        "register",
        "login",
        "refresh",
        "verify-email",
        "password/forgot",
        "password/reset",
    ] {
        let request = village
            .app
            .request(Method::POST, &format!("/api/v1/auth/{path}"));
        // What a form on another site could send.
        let form = request
            .header("content-type", "text/plain")
            .body("{\"email\": \"x@example.com\"}");
        send(form).await.expect(415);
    }
    let people: i64 = sqlx::query_scalar("select count(*) from users where email like '%ann%'")
        .fetch_one(&village.app.owner)
        .await
        .unwrap();
    assert_eq!(people, 0);
    village.stop().await;
}
