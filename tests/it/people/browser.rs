//! Sessions by cookie, and what pages of other sites try with them.

use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::json;

use super::village::{Browser, PASSWORD, Village, browser, cookies};
use crate::app::send;

const ME: &str = "/api/v1/users/me";

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_for_this_host_over_tls_and_no_script() {
    for (url, prefix, secure) in [
        ("https://bugs.example", "__Host-", true),
        ("http://bugs.example", "__Host-", true),
        ("http://localhost:8000", "", false),
    ] {
        let village = Village::start_with(&[("BUGSAGE_URL", url)]).await;
        village.resident("ann@example.com").await;
        let asked = json!({"email": "ann@example.com", "password": PASSWORD, "session": "cookie"});
        let answer = village.post("/api/v1/auth/login", &asked).await;
        let lines = cookies(&answer);
        let session = answer.expect(200);
        assert!(session["access_token"].is_null() && session["refresh_token"].is_null());
        assert_eq!(lines.len(), 2, "{lines:?}");
        let parts: Vec<_> = lines[0].split("; ").collect();
        assert!(
            parts[0].starts_with(&format!("{prefix}bugsage=")),
            "{lines:?}"
        );
        for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=604800"] {
            assert!(parts.contains(&part), "{part}: {lines:?}");
        }
        assert!(!lines[0].contains("Domain"), "{lines:?}");
        assert!(
            lines.iter().all(|line| line.contains("; Secure") == secure),
            "{lines:?}"
        );
        let csrf = format!(
            "{prefix}bugsage-csrf={};",
            session["csrf_token"].as_str().unwrap()
        );
        assert!(
            lines[1].starts_with(&csrf) && !lines[1].contains("HttpOnly"),
            "{lines:?}"
        );
        village.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_what_a_page_of_another_site_cannot_know() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    village.resident("bob@example.com").await;
    let Browser { cookie, csrf } = village.browser("ann@example.com").await;
    let second = village.browser("ann@example.com").await;
    let bob = village.browser("bob@example.com").await;
    village
        .as_browser(&cookie, None, Method::GET, ME, None)
        .await
        .expect(200);
    let change = || Some(json!({"name": "Changed"}));
    for wrong in [
        None,
        Some(""),
        Some("0"),
        Some(&*second.csrf),
        Some(&*bob.csrf),
        Some(&csrf[1..]),
    ] {
        let refused = village
            .as_browser(&cookie, wrong, Method::PATCH, ME, change())
            .await;
        assert_eq!(refused.expect(403)["type"], "/problems/forbidden");
    }
    // The cookie that carries the token too is no proof: the browser would send it for any page.
    let both = format!("{cookie}; bugsage-csrf={csrf}");
    village
        .as_browser(&both, None, Method::PATCH, ME, change())
        .await
        .expect(403);
    for path in ["/api/v1/auth/logout", "/api/v1/auth/logout-all"] {
        village
            .as_browser(&cookie, None, Method::POST, path, None)
            .await
            .expect(403);
    }
    let me = village
        .as_browser(&cookie, None, Method::GET, ME, None)
        .await
        .expect(200);
    assert_eq!(me["name"], "Ann");
    let told = village.refused().await;
    assert_eq!(told.len(), 1, "once a minute: {told:?}");
    assert!(told[0].contains("CSRF"), "{told:?}");
    let me = village
        .as_browser(&cookie, Some(&csrf), Method::PATCH, ME, change())
        .await
        .expect(200);
    assert_eq!(me["name"], "Changed");
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sign_in_has_a_new_session_whatever_cookie_comes_with_it() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    village.resident("mallory@example.com").await;
    let mallory = village.browser("mallory@example.com").await;
    for planted in ["bugsage=00000000000000000000000000000000", &mallory.cookie] {
        let asked = json!({"email": "ann@example.com", "password": PASSWORD, "session": "cookie"});
        let request = village.app.request(Method::POST, "/api/v1/auth/login");
        let ann = browser(send(request.header(COOKIE, planted).json(&asked)).await);
        assert_ne!(ann.cookie, planted);
        let me = village
            .as_browser(&ann.cookie, None, Method::GET, ME, None)
            .await
            .expect(200);
        assert_eq!(me["email"], "ann@example.com");
    }
    let made_up = "bugsage=00000000000000000000000000000000";
    village
        .as_browser(made_up, None, Method::GET, ME, None)
        .await
        .expect(401);
    let me = village
        .as_browser(&mallory.cookie, None, Method::GET, ME, None)
        .await
        .expect(200);
    assert_eq!(me["email"], "mallory@example.com");
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_takes_the_cookies_away_and_ends_the_session() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let here = village.browser("ann@example.com").await;
    let there = village.browser("ann@example.com").await;
    let path = "/api/v1/auth/logout";
    let answer = village
        .as_browser(&here.cookie, Some(&here.csrf), Method::POST, path, None)
        .await;
    for line in cookies(&answer) {
        assert!(line.contains("=; ") && line.contains("Max-Age=0"), "{line}");
    }
    answer.expect(200);
    village
        .as_browser(&here.cookie, None, Method::GET, ME, None)
        .await
        .expect(401);
    village
        .as_browser(&there.cookie, None, Method::GET, ME, None)
        .await
        .expect(200);
    let path = "/api/v1/auth/logout-all";
    village
        .as_browser(&there.cookie, Some(&there.csrf), Method::POST, path, None)
        .await
        .expect(200);
    village
        .as_browser(&there.cookie, None, Method::GET, ME, None)
        .await
        .expect(401);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_goes_before_a_cookie_and_a_wrong_one_is_not_made_good_by_it() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    village.resident("bob@example.com").await;
    let ann = village.browser("ann@example.com").await;
    let (bob, _) = village.tokens("bob@example.com").await;
    let asked = |token: &str| {
        let request = village
            .app
            .request(Method::GET, ME)
            .header(COOKIE, &ann.cookie);
        send(request.bearer_auth(token))
    };
    assert_eq!(asked(&bob).await.expect(200)["email"], "bob@example.com");
    for wrong in [
        "a.b.c",
        &bob[..bob.len() - 4],
        "bsk_00000000000000000000000000000000",
        "",
    ] {
        asked(wrong).await.expect(401);
    }
    // With the header a program needs no CSRF token.
    let change = Some(json!({"name": "Bob"}));
    village
        .as_program(&bob, Method::PATCH, ME, change)
        .await
        .expect(200);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_gives_the_browser_a_new_session() {
    let village = Village::start().await;
    village.resident("ann@example.com").await;
    let old = village.browser("ann@example.com").await;
    let change = json!({"old_password": PASSWORD, "new_password": "another battery staple"});
    let path = "/api/v1/auth/password/change";
    let wrong = json!({"old_password": "not the password at all", "new_password": "another battery staple"});
    village
        .as_browser(
            &old.cookie,
            Some(&old.csrf),
            Method::POST,
            path,
            Some(wrong),
        )
        .await
        .expect(422);
    let new = browser(
        village
            .as_browser(
                &old.cookie,
                Some(&old.csrf),
                Method::POST,
                path,
                Some(change),
            )
            .await,
    );
    assert_ne!((&new.cookie, &new.csrf), (&old.cookie, &old.csrf));
    village
        .as_browser(&old.cookie, None, Method::GET, ME, None)
        .await
        .expect(401);
    village
        .as_browser(&new.cookie, None, Method::GET, ME, None)
        .await
        .expect(200);
    village.stop().await;
}
