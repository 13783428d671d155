//! What a person sees and says of themselves.

use reqwest::Method;
use serde_json::json;

use super::village::{PASSWORD, Village};
use crate::app::send;

const ME: &str = "/api/v1/users/me";

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_field_by_field() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let (token, _) = village.tokens("ann@example.com").await;
    let change = async |body| {
        village
            .as_program(&token, Method::PATCH, ME, Some(body))
            .await
    };
    let notifications = json!({"new_errors": false, "regressions": true, "assignments": true, "weekly_summary": true});
    let me = change(json!({"time_zone": "America/New_York", "notifications": notifications}))
        .await
        .expect(200);
    assert_eq!(me["name"], "Ann");
    let me = change(json!({"name": " Ann Ås "})).await.expect(200);
    assert_eq!(me["name"], "Ann Ås");
    assert_eq!(me["time_zone"], "America/New_York");
    assert_eq!(me["notifications"], notifications);
    for wrong in [
        json!({"time_zone": "Mars/Olympus"}),
        json!({"time_zone": ""}),
        json!({"name": "line\nbreak"}),
        json!({"name": "turned\u{202e}round"}),
        json!({"email": "other@example.com"}),
        json!({"notifications": {"new_errors": true}}),
    ] {
        change(wrong).await.expect(422);
    }
    assert_eq!(change(json!({})).await.expect(200), me);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_me_without_a_proof() {
    let village = Village::start().await;
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let request = village.app.request(method, ME);
        send(request.json(&json!({"password": "x"})))
            .await
            .expect(401);
    }
    // A key is a program's.
    send(village.app.signed(Method::GET, ME)).await.expect(403);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_erased_by_who_knows_its_password() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let (token, refresh) = village.tokens("ann@example.com").await;
    let erase = async |password: &str| {
        village
            .as_program(
                &token,
                Method::DELETE,
                ME,
                Some(json!({"password": password})),
            )
            .await
    };
    erase("not the password at all").await.expect(422);
    village
        .as_program(&token, Method::GET, ME, None)
        .await
        .expect(200);
    erase(PASSWORD).await.expect(200);
    village
        .as_program(&token, Method::GET, ME, None)
        .await
        .expect(401);
    village
        .post("/api/v1/auth/refresh", &json!({"refresh_token": refresh}))
        .await
        .expect(401);
    village.login("ann@example.com", PASSWORD).await.expect(401);
    village.stop().await;
}
