//! The document and the page that shows it.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, send};

fn document() -> Value {
    serde_json::to_value(bugsage_api::routes::openapi()).unwrap()
}

/// Each operation as `get /path`, with what it says.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn every_error_that_is_described_has_the_one_shape() {
    let document = document();
    for (name, operation) in operations(&document) {
        if name.contains("/health") {
            continue; // their 503 is the answer to the question
        }
        let (kind, schema) = match operation["tags"][0].as_str() {
            Some("ingest") => ("application/json", "Rejection"),
            Some("oauth") => ("application/json", "NoToken"),
            _ => ("application/problem+json", "Problem"),
        };
        let listed = operation["responses"].as_object().unwrap();
        for (status, response) in listed
            .iter()
            .filter(|(status, _)| !status.starts_with(['2', '3']))
        {
            let expected = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
            assert_eq!(
                response["content"],
                json!({kind: expected}),
                "{name}: {status}"
            );
        }
    }
}

#[test]
fn every_operation_that_asks_the_database_says_how_it_may_fail() {
    let document = document();
    for (name, operation) in operations(&document) {
        if operation["tags"][0] != "operation" {
            for status in ["500", "503"] {
                assert!(
                    operation["responses"][status].is_object(),
                    "{name}: {status}"
                );
            }
        }
    }
}

#[test]
fn operations_have_names_of_their_own_and_are_explained() {
    let document = document();
    let mut names = HashSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(names.insert(id.to_owned()), "{id} is there twice");
        assert!(operation["summary"].is_string(), "{name}");
    }
}

/// What somebody may ask before anybody knows who it is.
const OPEN: [&str; 10] = [
    "get /api/v1/auth/providers/{provider_id}/begin",
    "get /api/v1/auth/providers/{provider_id}/callback",
    "post /api/v1/auth/login",
    "post /api/v1/auth/password/forgot",
    "post /api/v1/auth/password/reset",
    "post /api/v1/auth/refresh",
    "post /api/v1/auth/register",
    "post /api/v1/auth/verify-email",
    "post /api/v1/auth/verify-email/resend",
    "post /oauth/token",
];

#[test]
fn the_key_is_asked_for_where_it_is_needed() {
    let document = document();
    assert_eq!(document["security"], json!([{"api_key": []}]));
    for (name, operation) in operations(&document) {
        let open = operation["security"] == json!([{}]);
        let public = name.contains("/health") || operation["tags"][0] == "ingest";
        assert_eq!(open, public || OPEN.contains(&&*name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_as_it_is() {
    let app = TestApp::start().await;
    let served = send(app.request(Method::GET, "/api/v1/openapi.json")).await;
    assert_eq!(served.expect(200), document());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_needs_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let page = send(app.request(Method::GET, "/docs/")).await.expect(200);
    let page = page.as_str().unwrap();
    assert!(!page.contains("//"), "{page}");
    let assets: Vec<_> = page
        .split(['"', '\''])
        .filter_map(|part| part.strip_prefix("./"))
        .collect();
    assert!(assets.len() >= 3, "{page}");
    for asset in assets {
        send(app.request(Method::GET, &format!("/docs/{asset}")))
            .await
            .expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_can_be_switched_off_and_is_off_in_production() {
    for setting in [
        ("BUGSAGE_DOCS", "off"),
        ("BUGSAGE_ENVIRONMENT", "production"),
    ] {
        let app = TestApp::start_with(&[setting]).await;
        for path in ["/docs", "/docs/", "/api/v1/openapi.json"] {
            send(app.request(Method::GET, path)).await.expect(404);
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_can_be_switched_on_in_production() {
    let settings = [
        ("BUGSAGE_DOCS", "on"),
        ("BUGSAGE_ENVIRONMENT", "production"),
    ];
    let app = TestApp::start_with(&settings).await;
    send(app.request(Method::GET, "/docs/")).await.expect(200);
    app.stop().await;
}
