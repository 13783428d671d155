//! What somebody in between, or a provider that lies, may try on the way back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Url;
use serde_json::{Value, json};

use super::guest::{ALLOW, Guest, parameter, refusals, set_up_here};
use super::wire::{Wire, back};
use crate::app::TestApp;

const ANN: &str = "ann@shop.example";

/// The address with another value of a parameter, or without it.
fn with(address: &Url, name: &str, value: Option<&str>) -> Url {
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let mut changed = address.clone();
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.into_iter().filter(|(known, _)| known != name));
    if let Some(value) = value {
        changed.query_pairs_mut().append_pair(name, value);
    }
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_in_the_browser_that_asked_once_and_soon_and_at_its_provider() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let (provider, other) = (
        set_up_here(&app, "oidc", &wire.issuer).await,
        set_up_here(&app, "oidc", &wire.issuer).await,
    );
    let begin = async || {
        let mut guest = Guest::new();
        let begun = guest.begin(&app, provider).await;
        wire.gives(&wire.signed(&wire.claims(&begun, ANN), "one"));
        (guest, back(&begun))
    };
    // States that are none, or another browser's.
    let (_, another) = begin().await;
    for state in [
        None,
        Some(""),
        Some("x"),
        Some(&*parameter(&another, "state")),
    ] {
        let (mut guest, back) = begin().await;
        let told = guest
            .come_back(&app, &with(&back, "state", state))
            .await
            .expect(401);
        assert!(
            told["detail"]
                .as_str()
                .unwrap()
                .starts_with("the state is not the one")
        );
        // It is used up.
        guest.come_back(&app, &back).await.expect(401);
    }
    assert_eq!(refusals(&app, provider).await.len(), 4);
    // Another browser: without a cookie, with its own, with one that is made up.
    let (_, theirs) = begin().await;
    Guest::new().come_back(&app, &theirs).await.expect(401);
    let (mut other_browser, _) = begin().await;
    other_browser.come_back(&app, &theirs).await.expect(401);
    let mut planted = Guest::new();
    planted
        .cookies
        .insert("bugsage-login".to_owned(), "0".repeat(32));
    planted.come_back(&app, &theirs).await.expect(401);
    // Another provider's callback, though all else is right.
    let (mut guest, back) = begin().await;
    let mut elsewhere = back.clone();
    elsewhere.set_path(
        &back
            .path()
            .replace(&provider.to_string(), &other.to_string()),
    );
    guest.come_back(&app, &elsewhere).await.expect(401);
    // One that says it is another (RFC 9207).
    let (mut guest, back) = begin().await;
    guest
        .come_back(&app, &with(&back, "iss", Some("https://other.example")))
        .await
        .expect(424);
    // No code, but a word; and words that are none are not repeated.
    for (error, words) in [
        ("access_denied", "access_denied"),
        ("<b>x</b>", "reasons of its own"),
    ] {
        let (mut guest, back) = begin().await;
        let refused = with(&with(&back, "code", None), "error", Some(error));
        let told = guest.come_back(&app, &refused).await.expect(424);
        assert!(told["detail"].as_str().unwrap().contains(words), "{told}");
    }
    // Too late.
    let (mut guest, back) = begin().await;
    app.clock.advance(601);
    guest.come_back(&app, &back).await.expect(401);
    app.clock.advance(-601);
    assert!(wire.asked("/token").is_empty(), "no code was ever redeemed");
    let (mut guest, back) = begin().await;
    guest.come_back(&app, &back).await.expect(303);
    let (_, authorization, form) = wire.asked("/token").remove(0);
    assert!(
        authorization.starts_with("Basic ") && form.contains("code_verifier="),
        "{form}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_must_be_signed_by_the_provider_for_this_sign_in_now() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let stranger = Wire::start().await;
    let provider = set_up_here(&app, "oidc", &wire.issuer).await;
    let told = async |forge: &dyn Fn(Value) -> String| {
        let mut guest = Guest::new();
        let begun = guest.begin(&app, provider).await;
        wire.gives(&forge(wire.claims(&begun, ANN)));
        let answer = guest.come_back(&app, &back(&begun)).await;
        assert!(!guest.cookies.contains_key("bugsage"));
        answer.expect(424)["detail"].as_str().unwrap().to_owned()
    };
    let now = app.clock.now().timestamp();
    for (field, value, words) in [
        ("iss", json!("https://other.example"), "another issuer"),
        ("aud", json!("other"), "another client"),
        ("aud", json!(["bugsage", "other"]), "several clients"),
        ("azp", json!("other"), "another client"),
        ("nonce", json!("other"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("exp", json!(now - 61), "expired"),
        ("exp", Value::Null, "form"),
        ("iat", json!(now - 601), "not made now"),
        ("iat", json!(now + 3600), "not made now"),
        ("sub", json!(""), "subject"),
        ("sub", json!("x".repeat(256)), "subject"),
        ("sub", Value::Null, "form"),
    ] {
        let changed = |mut claims: Value| {
            claims[field] = value.clone();
            wire.signed(&claims, "one")
        };
        let told = told(&changed).await;
        assert!(told.contains(words), "{field} {value}: {told}");
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = |claims: Value| format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims));
    assert!(told(&none).await.contains("not signed by an algorithm"));
    let public = wire.public();
    let by_public_key = |claims: Value| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some("one".to_owned());
        encode(
            &header,
            &claims,
            &EncodingKey::from_secret(&public).unwrap(),
        )
        .unwrap()
    };
    assert!(
        told(&by_public_key)
            .await
            .contains("not signed by an algorithm")
    );
    let by_another = |claims: Value| stranger.signed(&claims, "one");
    assert!(told(&by_another).await.contains("signature"));
    let changed = |claims: Value| {
        let token = wire.signed(&claims, "one");
        let parts: Vec<_> = token.split('.').collect();
        let mut other = claims;
        other["email"] = json!("other@shop.example");
        format!("{}.{}.{}", parts[0], part(&other), parts[2])
    };
    assert!(told(&changed).await.contains("signature"));
    let embedded = |claims: Value| {
        // A key in the header is no key of the provider.
        let token = stranger.signed(&claims, "two");
        let parts: Vec<_> = token.split('.').collect();
        let header = json!({"alg": "EdDSA", "kid": "two", "jwk": stranger.public_key("two")});
        format!("{}.{}.{}", part(&header), parts[1], parts[2])
    };
    assert!(told(&embedded).await.contains("does not publish"));
    for text in ["", "a.b", "a.b.c", &"x".repeat(40_000)] {
        assert!(
            told(&|_| text.to_owned())
                .await
                .contains("not signed by an algorithm")
        );
    }
    // Each was told to the organization, and nothing in there is a token.
    let refusals = refusals(&app, provider).await;
    assert!(refusals.len() > 20, "{}", refusals.len());
    assert!(refusals.iter().all(|why| !why.contains("eyJ")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_asked_for_at_most_once_a_minute_and_a_secret_one_is_no_key() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let provider = set_up_here(&app, "oidc", &wire.issuer).await;
    let sign_in = async |key: &str| {
        let mut guest = Guest::new();
        let begun = guest.begin(&app, provider).await;
        wire.gives(&wire.signed(&wire.claims(&begun, ANN), key));
        guest.come_back(&app, &back(&begun)).await.status.as_u16()
    };
    assert_eq!(sign_in("one").await, 303);
    assert_eq!(sign_in("one").await, 303);
    assert_eq!(wire.asked("/keys").len(), 1);
    wire.says(
        "/keys",
        200,
        json!({"keys": [wire.public_key("two"), {"kty": "strange"}]}),
    );
    assert_eq!(sign_in("two").await, 303);
    for _ in 0..3 {
        assert_eq!(sign_in("three").await, 424);
    }
    assert_eq!(wire.asked("/keys").len(), 2);
    assert_eq!(wire.asked("/.well-known/openid-configuration").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_leaves_out_is_asked_of_the_provider_and_must_be_of_the_same_person() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let provider = set_up_here(&app, "oidc", &wire.issuer).await;
    let sign_in = async |info: Value| {
        wire.says("/me", 200, info);
        let mut guest = Guest::new();
        let begun = guest.begin(&app, provider).await;
        let mut claims = wire.claims(&begun, ANN);
        claims
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.starts_with("email"));
        wire.gives(&wire.signed(&claims, "one"));
        guest.come_back(&app, &back(&begun)).await.status.as_u16()
    };
    let info =
        |sub: &str, verified: Value| json!({"sub": sub, "email": ANN, "email_verified": verified});
    assert_eq!(sign_in(info("of somebody else", json!(true))).await, 424);
    let own = format!("of {ANN}");
    for unverified in [json!(false), json!("false"), json!(1), Value::Null] {
        assert_eq!(sign_in(info(&own, unverified)).await, 403);
    }
    assert_eq!(sign_in(json!({"sub": own})).await, 403);
    assert_eq!(sign_in(info(&own, json!("true"))).await, 303);
    let asked = wire.asked("/me");
    assert!(
        asked
            .iter()
            .all(|(_, authorization, _)| authorization == "Bearer an access token")
    );
    app.stop().await;
}
