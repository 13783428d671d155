//! A layer around the service that holds every answer against the OpenAPI document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Router, http::header};
use jsonschema::Validator;
use serde_json::{Value, json};

type Violations = Arc<Mutex<Vec<String>>>;

/// Addresses that are not described: preflights, the page that shows the document, and faults of
/// the address itself.
const UNDESCRIBED: [&str; 2] = ["/docs", "/api/v1/openapi.json"];

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::to_value(bugsage_api::routes::openapi()).expect("the document is JSON")
});

/// Notes each answer that the document does not list.
pub(crate) fn around(router: Router, violations: Violations) -> Router {
    router.layer(from_fn_with_state(violations, watch))
}

async fn watch(State(violations): State<Violations>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_lowercase();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| described(path.as_str()));
    let (parts, body) = next.run(request).await.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a whole body");
    if let Some(path) = path.filter(|path| method != "options" && !is_undescribed(path)) {
        let status = parts.status.as_u16();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if let Err(fault) = check(&method, &path, status, kind, &bytes) {
            let mut violations = violations.lock().expect("no poison");
            violations.push(format!("{method} {path} answered {status}: {fault}"));
        }
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Ingest is described once and routed in several forms.
fn described(path: &str) -> String {
    let path = path.trim_start_matches("/{prefix}").trim_end_matches('/');
    let slash = if path.ends_with("/envelope") || path.ends_with("/store") {
        "/"
    } else {
        ""
    };
    format!("{path}{slash}")
}

fn is_undescribed(path: &str) -> bool {
    UNDESCRIBED.iter().any(|known| path.starts_with(known))
}

/// Whether an answer is one that the document lists, with a body of the listed shape.
pub(crate) fn check(
    method: &str,
    path: &str,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> Result<(), String> {
    let operation = &DOCUMENT["paths"][path][method];
    if operation.is_null() {
        return Err("the document has no such operation".to_owned());
    }
    // A method that the address does not take is told for all of them alike.
    let response = &operation["responses"][status.to_string()];
    if response.is_null() {
        return Err("the document does not list the status".to_owned());
    }
    let kind = content_type.split(';').next().unwrap_or_default();
    let mut listed = response["content"].as_object().into_iter().flatten();
    let content = listed.find(|(name, _)| name.split(';').next() == Some(kind));
    let Some((_, content)) = content else {
        return Err(format!(
            "the document does not list the content type {content_type:?}"
        ));
    };
    if !kind.ends_with("json") {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let validator = validator(&content["schema"])?;
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|fault| format!("{} at {:?}", fault, fault.instance_path().to_string()))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("; "))
    }
}

/// Making one takes longer than most requests, so each is made once.
fn validator(schema: &Value) -> Result<Arc<Validator>, String> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().expect("no poison");
    if let Some(known) = made.get(&schema.to_string()) {
        return Ok(Arc::clone(known));
    }
    let whole = json!({
        "allOf": [schema], "components": DOCUMENT["components"],
        // A field that the document does not know is a fault too.
        "unevaluatedProperties": false,
    });
    let fresh = jsonschema::draft202012::new(&whole).map_err(|error| error.to_string())?;
    let fresh = Arc::new(fresh);
    made.insert(schema.to_string(), Arc::clone(&fresh));
    Ok(fresh)
}
