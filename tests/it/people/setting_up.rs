//! Setting identity providers up, and where they may not lead.

use bugsage_domain::access::{Permission, Role};
use serde_json::{Value, json};

use super::guest::{ALLOW, Guest, PROVIDERS, set_up_here};
use super::wire::Wire;
use crate::access::town::{here, id, key};
use crate::app::TestApp;

fn asked() -> Value {
    json!({"name": "Id", "kind": "oidc", "issuer": "https://id.shop.example", "client_id": "bugsage",
           "client_secret": "s3cret", "domains": ["Shop.example"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_one_up_and_nobody_reads_its_secret() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let made = admin.post(&app, PROVIDERS, &asked()).await.expect(201);
    assert_eq!(made["role"], "viewer");
    assert_eq!(made["domains"], json!(["shop.example"]));
    let path = format!("{PROVIDERS}/{}", id(&made));
    let change = json!({"client_secret": "an0ther", "role": "developer", "domains": []});
    let changed = admin.patch(&app, &path, &change).await.expect(200);
    assert_eq!(
        (&changed["role"], &changed["name"]),
        (&json!("developer"), &json!("Id"))
    );
    let listed = admin.get(&app, PROVIDERS).await.expect(200);
    assert_eq!(listed["items"], json!([changed]));
    let log = admin.get(&app, "/api/v1/audit").await.expect(200);
    let bytes: Vec<Vec<u8>> = sqlx::query_scalar("select sealed from sealed_secrets")
        .fetch_all(&app.owner)
        .await
        .unwrap();
    let stored: String = bytes
        .iter()
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .collect();
    for text in [
        made.to_string(),
        listed.to_string(),
        log.to_string(),
        stored,
    ] {
        assert!(
            !text.contains("s3cret") && !text.contains("an0ther"),
            "{text}"
        );
    }
    let github = json!({"name": "G", "kind": "github", "client_id": "x", "client_secret": "y"});
    let made = admin.post(&app, PROVIDERS, &github).await.expect(201);
    assert_eq!(made["issuer"], "https://github.com");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_for_who_may_do_all_that_an_admin_may_and_within_bounds() {
    let app = TestApp::start().await;
    let scopes = [Permission::ProvidersWrite].into_iter().collect();
    let little = key(&app, app.project.organization, None, scopes, None).await;
    little.post(&app, PROVIDERS, &asked()).await.expect(403);
    let admin = here(&app, Role::Admin).await;
    let made = admin.post(&app, PROVIDERS, &asked()).await.expect(201);
    let path = format!("{PROVIDERS}/{}", id(&made));
    little
        .patch(&app, &path, &json!({"client_id": "other"}))
        .await
        .expect(403);
    for (field, value) in [
        ("role", json!("owner")),
        ("role", json!("king")),
        ("kind", json!("saml")),
        ("issuer", Value::Null),
        ("issuer", json!("ftp://id.shop.example")),
        ("issuer", json!("https://ann:pw@id.shop.example")),
        ("issuer", json!("https://id.shop.example?x")),
        ("issuer", json!("https://id.shop.example#x")),
        ("issuer", json!("file:///etc/passwd")),
        (
            "issuer",
            json!(format!("https://id.shop.example/{}", "a".repeat(500))),
        ),
        ("client_id", json!("")),
        ("client_id", json!("a\nb")),
        ("client_secret", json!("")),
        ("client_secret", json!("x".repeat(501))),
        ("domains", json!(["example"])),
        ("domains", json!(["*.shop.example"])),
        ("domains", json!(vec!["shop.example"; 51])),
        ("unheard_of", json!(1)),
    ] {
        let mut body = asked();
        body[field] = value.clone();
        let told = admin.post(&app, PROVIDERS, &body).await.expect(422);
        assert!(
            !told.to_string().contains("s3cret"),
            "{field} {value}: {told}"
        );
    }
    admin
        .patch(&app, &path, &json!({"issuer": "https://other.example"}))
        .await
        .expect(422);
    for _ in 1..20 {
        admin.post(&app, PROVIDERS, &asked()).await.expect(201);
    }
    admin.post(&app, PROVIDERS, &asked()).await.expect(409);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_provider_leads_to_this_machine_or_its_network() {
    let app = TestApp::start().await;
    let wire = Wire::start().await;
    let port = wire.issuer.rsplit(':').next().unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
    ] {
        for (scheme, kind) in [("http", "oidc"), ("https", "oidc")] {
            let issuer = format!("{scheme}://{host}:{port}");
            let provider = set_up_here(&app, kind, &issuer).await;
            let begin = format!("/api/v1/auth/providers/{provider}/begin");
            let told = Guest::new().get(&app, &begin).await.expect(424);
            let told = told["detail"].as_str().unwrap();
            assert!(told.contains("BUGSAGE_OUTGOING_ALLOW"), "{issuer}: {told}");
            sqlx::query("delete from identity_providers")
                .execute(&app.owner)
                .await
                .unwrap();
        }
    }
    assert!(wire.asked("/.well-known/openid-configuration").is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_leads_elsewhere_leads_nowhere() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let document = "/.well-known/openid-configuration";
    let good = |issuer: &str, token: &str| {
        json!({"issuer": issuer, "authorization_endpoint": "https://id.example/authorize",
               "token_endpoint": token, "jwks_uri": "https://id.example/keys"})
    };
    let token = "https://id.example/token";
    for (status, body, words) in [
        (302, json!("http://169.254.169.254/latest/meta-data"), "302"),
        (302, json!("https://id.example/"), "302"),
        (404, json!({}), "404"),
        (200, json!("x"), "form"),
        (200, json!({"issuer": wire.issuer}), "form"),
        (200, good("https://other.example", token), "another issuer"),
        (
            200,
            good(&format!("{}/", wire.issuer), token),
            "another issuer",
        ),
        (
            200,
            good(&wire.issuer, "file:///etc/passwd"),
            "none of http or https",
        ),
    ] {
        wire.says(document, status, body);
        let provider = set_up_here(&app, "oidc", &wire.issuer).await;
        let begin = format!("/api/v1/auth/providers/{provider}/begin");
        let told = Guest::new().get(&app, &begin).await.expect(424);
        let told = told["detail"].as_str().unwrap();
        assert!(told.contains(words), "{words}: {told}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_on_to_another_service() {
    let app = TestApp::start_with(&[ALLOW]).await;
    let wire = Wire::start().await;
    let provider = set_up_here(&app, "oidc", &wire.issuer).await;
    for (return_to, status) in [
        ("//evil.example", 422),
        ("/%5Cevil.example", 422),
        ("%5C%5Cevil.example", 422),
        ("/%09/evil.example", 422),
        ("/a%0d%0aset-cookie:x", 422),
        ("https://evil.example", 422),
        ("javascript:alert(1)", 422),
        ("errors", 422),
        ("", 422),
        ("/%00", 400),
        ("/errors%3Fstatus=open", 303),
    ] {
        let path = format!("/api/v1/auth/providers/{provider}/begin?return_to={return_to}");
        Guest::new().get(&app, &path).await.expect(status);
    }
    app.stop().await;
}
