//! What comes in is checked by its type: for every write that the document lists.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::app::{PATIENCE, TestApp, send};
use crate::people::village::Village;
use crate::problems::assert_problem;

/// Each operation that takes JSON: its method, its path, and the schema of its body.
fn writes(document: &Value) -> Vec<(Method, String, Value)> {
    let mut writes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if let Some(name) = schema["$ref"].as_str() {
                let (_, name) = name.rsplit_once('/').unwrap();
                let method = method.to_uppercase().parse().unwrap();
                let schema = document["components"]["schemas"][name].clone();
                writes.push((method, path.clone(), schema));
            }
        }
    }
    writes
}

/// The objects that a body may be.
fn variants(schema: &Value) -> Vec<&Value> {
    match schema["oneOf"].as_array() {
        Some(variants) => variants.iter().collect(),
        None => vec![schema],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_refuses_a_field_it_does_not_know() {
    let village = Village::start().await;
    village.resident("ann@shop.example").await;
    let (token, _) = village.tokens("ann@shop.example").await;
    let app = &village.app;
    let document = serde_json::to_value(bugsage_api::routes::openapi()).unwrap();
    let writes = writes(&document);
    assert!(writes.len() >= 8, "{writes:?}");
    for (method, path, schema) in writes {
        let id = Uuid::new_v4().to_string();
        let address = path
            .replace("{project_id}", &app.project.id.to_string())
            .replace("{organization_id}", &app.project.organization.to_string())
            .split('/')
            .map(|part| match part {
                "{number}" => "1",
                part if part.starts_with('{') => &id,
                part => part,
            })
            .collect::<Vec<_>>()
            .join("/");
        for variant in variants(&schema) {
            let tag = &variant["properties"]["action"]["enum"][0];
            let closed = &variant["additionalProperties"];
            assert!(*closed == false || tag.is_string(), "{path}: {variant}");
            let mut body = json!({"unheard_of": 1});
            if tag.is_string() {
                body["action"] = tag.clone();
            }
            let mut answer = send(app.signed(method.clone(), &address).json(&body)).await;
            // Some are for people alone.
            if matches!(answer.status.as_u16(), 401 | 403) {
                let request = app.request(method.clone(), &address).bearer_auth(&token);
                answer = send(request.json(&body)).await;
            }
            assert_problem(&answer, 422, "invalid");
            let told = answer.body["detail"].as_str().unwrap();
            assert!(
                told.contains("unknown field `unheard_of`"),
                "{path}: {told}"
            );
        }
    }
    village.stop().await;
}

async fn assert_refused(app: &TestApp, method: Method, path: &str, body: Value, told: &str) {
    let answer = send(app.signed(method, path).json(&body)).await;
    assert_problem(&answer, 422, "invalid");
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.starts_with(told), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_refused_with_the_field_they_are_in() {
    let app = TestApp::start().await;
    let report = |field: &str, value: Value| {
        let mut report = json!({"title": "x"});
        report[field] = value;
        report
    };
    let post = async |body: Value, told: &str| {
        assert_refused(&app, Method::POST, "/api/v1/errors", body, told).await;
    };
    post(
        json!({"title": "a\nb"}),
        "title: holds the control character U+000A",
    )
    .await;
    for field in ["source", "source_id", "category", "description"] {
        let told = format!("{field}: holds the control character U+0000");
        post(report(field, json!("a\0")), &told).await;
    }
    post(report("tags", json!(["a", "b\u{9f}"])), "tags[1]: holds").await;
    let id = crate::errors::reported(&app, "changed").await;
    let path = format!("/api/v1/errors/{id}");
    for field in ["title", "category", "assigned_to", "description"] {
        let told = format!("{field}: holds the control character U+001B");
        let change = json!({ field: "\u{1b}[2J" });
        assert_refused(&app, Method::PUT, &path, change, &told).await;
    }
    let resolve = format!("{path}/resolve");
    let release = json!({"in_release": "1\t0"});
    assert_refused(&app, Method::POST, &resolve, release, "in_release: holds").await;
    let many = json!({"errors": [{"title": "a\u{7}"}]});
    let answer = app.post("/api/v1/errors/bulk-ingest", &many).await;
    let detail = &answer.expect(200)["results"][0]["problem"]["detail"];
    assert!(
        detail.as_str().unwrap().starts_with("title: holds"),
        "{detail}"
    );
    for query in ["search=a%0Ab", "release=%1B", "tag=%7F"] {
        let answer = app.get(&format!("/api/v1/errors?{query}")).await;
        assert_problem(&answer, 400, "bad-request");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_lines_keeps_them() {
    let app = TestApp::start().await;
    let text = "first\n\tsecond\r\nthird";
    let report =
        json!({"title": "x", "description": text, "stack_trace": "\u{1b}[31mred\u{1b}[0m"});
    let created = app.post("/api/v1/errors", &report).await.expect(201);
    let path = format!("/api/v1/errors/{}", created["id"].as_str().unwrap());
    let detail = app.get_settled(&path).await.expect(200);
    assert_eq!(detail["description"], text);
    app.stop().await;
}

/// Each part comes in time, and the whole never would.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_refused_in_time() {
    let app = TestApp::start_with(&[("BUGSAGE_BODY_SECONDS", "1")]).await;
    let key = &app.project.api_key;
    let head = format!(
        "POST /api/v1/errors HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"
    );
    let (mut reading, mut writing) = app.connection().await.into_split();
    writing.write_all(head.as_bytes()).await.unwrap();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    });
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, reading.read_to_string(&mut answer))
        .await
        .expect("in time")
        .expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("it took longer than 1s"), "{answer}");
    dripping.abort();
    app.stop().await;
}
