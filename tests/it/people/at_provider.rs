//! The whole way at a real OpenID provider, and at GitHub's OAuth as it is at the wire.

use bugsage_commands::seal::{self, Sealer};
use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::guest::{ALLOW, Guest, PROVIDERS, location, parameter, refusals, set_up_here};
use super::village::{PASSWORD, Village};
use super::wire::{Wire, back};
use crate::access::town::{Sender, here, id, join};
use crate::app::{Answer, TestApp, wait_until};
use crate::provider::Provider;

/// A real provider, set up in the test's organization.
struct Inn {
    provider: Provider,
    id: Uuid,
    admin: Sender,
}

impl Inn {
    async fn open(app: &TestApp) -> Self {
        let provider = Provider::start("http://127.0.0.1:9/unused").await;
        let admin = here(app, Role::Admin).await;
        let asked = json!({"name": "Inn", "kind": "oidc", "issuer": provider.issuer, "client_id": "later",
                           "client_secret": "later", "domains": ["shop.example"]});
        let made = id(&admin.post(app, PROVIDERS, &asked).await.expect(201));
        let to = parameter(&Guest::new().begin(app, made).await, "redirect_uri");
        let (client, secret) = provider.register(&to).await;
        let change = json!({"client_id": client, "client_secret": secret});
        let changed = admin
            .patch(app, &format!("{PROVIDERS}/{made}"), &change)
            .await;
        assert!(!changed.expect(200).to_string().contains(&secret));
        Self {
            provider,
            id: made,
            admin,
        }
    }

    async fn sign_in(&self, app: &TestApp, email: &str) -> (Guest, Answer) {
        let mut guest = Guest::new();
        let begun = guest.begin(app, self.id).await;
        let back = self.provider.sign_in(begun.as_str(), email).await;
        let answer = guest.come_back(app, &back).await;
        (guest, answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_comes_in_by_a_real_provider_and_may_look() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let inn = Inn::open(&app).await;
    let mut ann = Guest::new();
    let begun = ann.begin(&app, inn.id).await;
    assert_eq!(parameter(&begun, "code_challenge_method"), "S256");
    let back = inn
        .provider
        .sign_in(begun.as_str(), "ann@shop.example")
        .await;
    let before = ann.clone();
    let answer = ann.come_back(&app, &back).await;
    assert_eq!(location(&answer), "/errors");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.expect(303);
    assert!(
        !ann.cookies.contains_key("bugsage-login"),
        "it has done its work"
    );
    let me = ann.get(&app, "/api/v1/users/me").await.expect(200);
    assert_eq!(me["email"], "ann@shop.example");
    assert!(
        me["name"].is_null() && me["organization"].is_string(),
        "{me}"
    );
    ann.get(&app, "/api/v1/errors").await.expect(200);
    let report = json!({"title": "x"});
    ann.ask(&app, Method::POST, "/api/v1/errors", &report)
        .await
        .expect(403);

    // The same again is nobody's, with whatever cookie.
    before.clone().come_back(&app, &back).await.expect(401);
    ann.clone().come_back(&app, &back).await.expect(401);
    let (mut again, answer) = inn.sign_in(&app, "ann@shop.example").await;
    answer.expect(303);
    assert_eq!(
        again.get(&app, "/api/v1/users/me").await.expect(200)["id"],
        me["id"]
    );

    let log = inn
        .admin
        .get(&app, "/api/v1/audit?limit=100")
        .await
        .expect(200)
        .to_string();
    for action in [
        "provider.created",
        "provider.changed",
        "membership.created",
        "session.started",
    ] {
        assert!(log.contains(action), "{action}: {log}");
    }
    // Locked out within seconds, and not let in again.
    let member = format!("/api/v1/users/{}", me["id"].as_str().unwrap());
    inn.admin
        .patch(&app, &member, &json!({"disabled": true}))
        .await
        .expect(200);
    wait_until("she is locked out", async || {
        ann.get(&app, "/api/v1/errors").await.status.as_u16() == 403
    })
    .await;
    let (_, answer) = inn.sign_in(&app, "ann@shop.example").await;
    assert!(
        answer.expect(403)["detail"]
            .as_str()
            .unwrap()
            .contains("locked you out")
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_joins_where_it_is_verified_and_trusted_and_nowhere_else() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let inn = Inn::open(&app).await;
    for (email, words) in [
        ("unverified@shop.example", "is verified"),
        ("ann@other.example", "of this domain"),
        ("ann@below.shop.example", "of this domain"),
    ] {
        let (guest, answer) = inn.sign_in(&app, email).await;
        let told = answer.expect(403)["detail"].as_str().unwrap().to_owned();
        assert!(told.contains(words), "{told}");
        assert!(guest.cookies.keys().all(|name| name.ends_with("-login")));
        let refusals = refusals(&app, inn.id).await;
        assert_eq!(refusals.last(), Some(&told));
    }
    let users: i64 =
        sqlx::query_scalar("select count(*) from users where email like '%shop.example'")
            .fetch_one(&app.owner)
            .await
            .unwrap();
    assert_eq!(users, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_links_an_identity_of_any_address_and_signs_in_by_it() {
    let village = Village::start_with(&[ALLOW]).await;
    let app = &village.app;
    let inn = Inn::open(app).await;
    village.resident("ann@example.com").await;
    let login = json!({"email": "ann@example.com", "password": PASSWORD, "session": "cookie"});
    let mut ann = Guest::new();
    let me = ann
        .ask(app, Method::POST, "/api/v1/auth/login", &login)
        .await
        .expect(200);
    let user: Uuid = me["user_id"].as_str().unwrap().parse().unwrap();
    let link = format!("/api/v1/auth/providers/{}/link", inn.id);
    let go = async |guest: &mut Guest, email: &str| {
        let body = json!({"return_to": "/settings"});
        let begun = guest.ask(app, Method::POST, &link, &body).await.expect(200);
        let back = inn
            .provider
            .sign_in(begun["address"].as_str().unwrap(), email)
            .await;
        guest.come_back(app, &back).await
    };
    // Not a member yet.
    go(&mut ann, "ann@other.example").await.expect(401);
    join(app, user, app.project.organization, Role::Developer).await;
    let answer = go(&mut ann, "ann@other.example").await;
    assert_eq!(location(&answer), "/settings");
    answer.expect(303);
    let (mut by_provider, answer) = inn.sign_in(app, "ann@other.example").await;
    answer.expect(303);
    assert_eq!(
        by_provider.get(app, "/api/v1/users/me").await.expect(200)["id"],
        me["user_id"]
    );

    // Nobody else's identity becomes theirs, and no page of another site begins it.
    village.resident("bob@example.com").await;
    let login = json!({"email": "bob@example.com", "password": PASSWORD, "session": "cookie"});
    let mut bob = Guest::new();
    let it = bob
        .ask(app, Method::POST, "/api/v1/auth/login", &login)
        .await
        .expect(200);
    let it = it["user_id"].as_str().unwrap().parse().unwrap();
    join(app, it, app.project.organization, Role::Developer).await;
    go(&mut bob, "ann@other.example").await.expect(409);
    bob.cookies.retain(|name, _| !name.ends_with("-csrf"));
    bob.ask(app, Method::POST, &link, &json!({}))
        .await
        .expect(403);
    Guest::new()
        .ask(app, Method::POST, &link, &json!({}))
        .await
        .expect(401);

    // What is linked is seen: by who signed in there, within its organization.
    let mine = "/api/v1/users/me/identities";
    let linked = ann.get(app, mine).await.expect(200);
    assert_eq!(linked.as_array().unwrap().len(), 1);
    assert_eq!(linked[0]["provider_id"], json!(inn.id));
    assert_eq!(by_provider.get(app, mine).await.expect(200), linked);
    // It is unlinked by who signed in without it, unless nothing else opens the account.
    let this = format!("{mine}/{}", inn.id);
    let unlink = async |guest: &mut Guest| guest.ask(app, Method::DELETE, &this, &json!({})).await;
    unlink(&mut by_provider).await.expect(403);
    let set = async |hash: Option<String>| {
        sqlx::query("update users set password_hash = $2 where user_id = $1")
            .bind(user)
            .bind(hash)
            .execute(&app.owner)
            .await
            .unwrap();
    };
    let hash: String = sqlx::query_scalar("select password_hash from users where user_id = $1")
        .bind(user)
        .fetch_one(&app.owner)
        .await
        .unwrap();
    set(None).await;
    let told = unlink(&mut ann).await.expect(409);
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("only way to sign in"),
        "{told}"
    );
    let refused = village.refused().await;
    assert!(
        refused
            .iter()
            .any(|why| why.contains("only way to sign in")),
        "{refused:?}"
    );
    assert!(
        refused.iter().any(|why| why.contains("within it alone")),
        "{refused:?}"
    );
    set(Some(hash)).await;
    unlink(&mut ann).await.expect(204);
    unlink(&mut ann).await.expect(404);
    by_provider.get(app, mine).await.expect(401);
    assert_eq!(ann.get(app, mine).await.expect(200), json!([]));
    let recorded: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where action = 'identity.unlinked' and organization_id = $1",
    )
    .bind(app.project.organization)
    .fetch_one(&app.owner)
    .await
    .unwrap();
    assert_eq!(recorded, 1);
    go(&mut ann, "ann@other.example").await.expect(303);

    // Erased: the identity is nobody's.
    let erased = ann
        .ask(
            app,
            Method::DELETE,
            "/api/v1/users/me",
            &json!({"password": PASSWORD}),
        )
        .await;
    erased.expect(200);
    let left: i64 = sqlx::query_scalar("select count(*) from identities")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert_eq!(left, 0);
    inn.sign_in(app, "ann@other.example").await.1.expect(403);
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_secret_opens_after_it_was_sealed_anew() {
    const TWO: &str = "old=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,\
                       new=HxAeDRwLGgkYBxYFFAMSARAPDg0MCwoJCAcGBQQDAgE=";
    let app = TestApp::start_with(&[ALLOW, ("BUGSAGE_SEAL_KEYS", TWO)]).await;
    let inn = Inn::open(&app).await;
    let (old, new) = TWO.split_once(',').unwrap();
    let sealer: Sealer = format!("{new},{old}").parse().unwrap();
    let resealed = seal::reseal(&app.owner, &sealer, app.clock.now())
        .await
        .unwrap();
    assert!(
        resealed.done >= 2 && resealed.unopened.is_empty(),
        "{resealed:?}"
    );
    inn.sign_in(&app, "ann@shop.example").await.1.expect(303);
    app.stop().await;
}

/// GitHub, as it answers somebody with these addresses.
async fn github(addresses: Value) -> Wire {
    let wire = Wire::start().await;
    wire.says(
        "/login/oauth/access_token",
        200,
        json!({"access_token": "gho_x", "token_type": "bearer"}),
    );
    let user =
        json!({"id": 583_231, "login": "octocat", "name": null, "email": "public@shop.example"});
    wire.says("/api/v3/user", 200, user);
    wire.says("/api/v3/user/emails", 200, addresses);
    wire
}

#[tokio::test(flavor = "multi_thread")]
async fn at_github_the_primary_address_counts_if_it_is_verified() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let address = |email: &str, primary: bool, verified: bool| json!({"email": email, "primary": primary, "verified": verified, "visibility": null});
    let wire = github(json!([
        address("second@shop.example", false, true),
        address("Octo@Shop.example", true, true),
    ]))
    .await;
    let provider = set_up_here(&app, "github", &wire.issuer).await;
    let mut guest = Guest::new();
    let begun = guest.begin(&app, provider).await;
    assert_eq!(begun.path(), "/login/oauth/authorize");
    guest.come_back(&app, &back(&begun)).await.expect(303);
    let me = guest.get(&app, "/api/v1/users/me").await.expect(200);
    assert_eq!(me["email"], "octo@shop.example");
    let name: String =
        sqlx::query_scalar("select name from users where email = 'octo@shop.example'")
            .fetch_one(&app.owner)
            .await
            .unwrap();
    assert_eq!(name, "octocat");
    let (_, _, form) = wire.asked("/login/oauth/access_token").remove(0);
    assert!(
        form.contains("client_secret=of+the+tests") && form.contains("code_verifier="),
        "{form}"
    );
    let (_, authorization, _) = wire.asked("/api/v3/user").remove(0);
    assert_eq!(authorization, "Bearer gho_x");

    // By its id it stays the same person, whatever its address and name are by now.
    wire.says(
        "/api/v3/user",
        200,
        json!({"id": 583_231, "login": "renamed"}),
    );
    wire.says(
        "/api/v3/user/emails",
        200,
        json!([address("x@other.example", true, false)]),
    );
    let mut again = Guest::new();
    let begun = again.begin(&app, provider).await;
    again.come_back(&app, &back(&begun)).await.expect(303);
    assert_eq!(
        again.get(&app, "/api/v1/users/me").await.expect(200)["id"],
        me["id"]
    );

    wire.says("/api/v3/user", 200, json!({"id": 1, "login": "other"}));
    for addresses in [
        json!([
            address("other@shop.example", true, false),
            address("o@shop.example", false, true)
        ]),
        json!([address("other@other.example", true, true)]),
        json!([]),
    ] {
        wire.says("/api/v3/user/emails", 200, addresses);
        let mut guest = Guest::new();
        let begun = guest.begin(&app, provider).await;
        guest.come_back(&app, &back(&begun)).await.expect(403);
    }
    let refused = json!({"error": "bad_verification_code", "error_description": "gho_x"});
    wire.says("/login/oauth/access_token", 200, refused);
    let mut guest = Guest::new();
    let begun = guest.begin(&app, provider).await;
    let told = guest.come_back(&app, &back(&begun)).await.expect(424);
    let told = told["detail"].as_str().unwrap();
    assert!(
        told.contains("bad_verification_code") && !told.contains("gho_x"),
        "{told}"
    );
    app.stop().await;
}
