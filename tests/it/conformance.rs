//! A layer around the service that holds every answer against the OpenAPI document.
//!
//! Stricter than the document itself: a field that it does not know is a fault at any depth,
//! and an answer to an address or a method that it does not know must say so as a problem.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Router, http::HeaderMap};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

mod tests;

type Violations = Arc<Mutex<Vec<String>>>;

/// The page that shows the document, and the document.
const UNDESCRIBED: [&str; 2] = ["/docs", "/api/v1/openapi.json"];

/// The document, with every object in it closed.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document =
        serde_json::to_value(bugsage_api::routes::openapi()).expect("the document is JSON");
    let schemas = document["components"]["schemas"].as_object_mut();
    // A schema is closed where it is used: some are parts of others.
    schemas
        .expect("schemas")
        .values_mut()
        .for_each(|s| close(s, true));
    for operation in members_mut(&mut document["paths"]).flat_map(members_mut) {
        for response in members_mut(&mut operation["responses"]) {
            members_mut(&mut response["content"])
                .for_each(|kind| close(&mut kind["schema"], false));
        }
    }
    document
});

/// Compiled once for each schema.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Notes each answer that the document does not list.
pub(crate) fn around(router: Router, violations: Violations) -> Router {
    router.layer(from_fn_with_state(violations, watch))
}

async fn watch(State(violations): State<Violations>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_lowercase();
    let address = request.uri().path().to_owned();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| described(path.as_str()));
    let (parts, body) = next.run(request).await.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a whole body");
    let unwatched = UNDESCRIBED.iter().any(|known| address.starts_with(known));
    if !unwatched && !matches!(method.as_str(), "options" | "head") {
        let (status, kind) = (parts.status.as_u16(), content_type(&parts.headers));
        if let Err(fault) = check(&method, path.as_deref(), status, kind, &bytes) {
            let mut violations = violations.lock().expect("no poison");
            violations.push(format!("{method} {address} answered {status}: {fault}"));
        }
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn content_type(headers: &HeaderMap) -> &str {
    let kind = headers.get(CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// Ingest is described once and routed in several forms.
fn described(path: &str) -> String {
    let ingest = ["envelope", "store"]
        .map(|name| format!("/api/{{project_id}}/{name}"))
        .into_iter()
        .find(|ingest| path.trim_end_matches('/').ends_with(ingest));
    ingest.map_or_else(|| path.to_owned(), |ingest| format!("{ingest}/"))
}

/// Whether an answer is one that the document lists, with a body of the listed shape.
pub(crate) fn check(
    method: &str,
    path: Option<&str>,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> Result<(), String> {
    let known = path.map(|path| &DOCUMENT["paths"][path]);
    let operation = known.map_or(&Value::Null, |path| &path[method]);
    if operation.is_null() {
        let expected = if path.is_some() { 405 } else { 404 };
        if status != expected || content_type != "application/problem+json" {
            return Err(format!(
                "the document has no such operation, so it must be a {expected} problem"
            ));
        }
        return validate(&json!({"$ref": "#/components/schemas/Problem"}), body);
    }
    let response = &operation["responses"][status.to_string()];
    if response.is_null() {
        return Err("the document does not list the status".to_owned());
    }
    if response["content"].is_null() && body.is_empty() {
        return Ok(());
    }
    let content = &response["content"][content_type];
    if content.is_null() {
        return Err(format!(
            "the document does not list the content type {content_type:?}"
        ));
    }
    if content_type.ends_with("json") {
        validate(&content["schema"], body)
    } else {
        Ok(())
    }
}

fn validate(schema: &Value, body: &[u8]) -> Result<(), String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let faults: Vec<String> = validator(schema)
        .iter_errors(&body)
        .map(|fault| format!("{fault} at {:?}", fault.instance_path().to_string()))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("; "))
    }
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().expect("no poison");
    let compiled = validators.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({"allOf": [schema], "components": DOCUMENT["components"]});
        Arc::new(jsonschema::draft202012::new(&whole).expect("a schema"))
    });
    Arc::clone(compiled)
}

/// Lets no object in a schema have members that it does not name. What `part` of another
/// schema is (`allOf`, from a flattened field) is closed there, with all its parts.
fn close(schema: &mut Value, part: bool) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    for (keyword, below) in &mut *keywords {
        match keyword.as_str() {
            "properties" => members_mut(below).for_each(|schema| close(schema, false)),
            "items" | "additionalProperties" => close(below, false),
            "allOf" => elements_mut(below).for_each(|schema| close(schema, true)),
            "oneOf" | "anyOf" => elements_mut(below).for_each(|schema| close(schema, part)),
            _ => {}
        }
    }
    let names_members = |keywords: &Map<String, Value>| {
        ["properties", "allOf", "$ref"]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword))
    };
    if !part && names_members(keywords) {
        keywords.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

fn members_mut(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value
        .as_object_mut()
        .into_iter()
        .flat_map(|object| object.values_mut())
}

fn elements_mut(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}
