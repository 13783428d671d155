//! That the layer catches what it is there for.

use serde_json::{Value, json};

use super::check;

const PROBLEM: &str = "application/problem+json";

fn problem() -> Value {
    json!({"type": "/problems/x", "title": "t", "status": 404, "detail": "d", "request_id": "r"})
}

fn health(status: u16, kind: &str, body: &Value) -> Result<(), String> {
    let body = body.to_string();
    check("get", Some("/health"), status, kind, body.as_bytes())
}

fn healthy() -> Value {
    json!({"status": "healthy", "service": "bugsage-api", "database": "up", "nats": "off"})
}

#[track_caller]
fn assert_fault(outcome: Result<(), String>, words: &str) {
    let fault = outcome.expect_err("a fault");
    assert!(fault.contains(words), "{fault}");
}

#[test]
fn an_answer_as_described_passes() {
    assert_eq!(health(200, "application/json", &healthy()), Ok(()));
}

#[test]
fn an_unlisted_status_is_a_fault() {
    let outcome = health(418, "application/json", &healthy());
    assert_fault(outcome, "does not list the status");
}

#[test]
fn an_unlisted_content_type_is_a_fault() {
    let outcome = health(200, "text/plain", &healthy());
    assert_fault(outcome, "content type");
}

#[test]
fn a_value_of_another_type_is_a_fault() {
    let mut body = healthy();
    body["nats"] = json!(1);
    assert_fault(health(200, "application/json", &body), "/nats");
}

#[test]
fn a_missing_field_is_a_fault() {
    let mut body = healthy();
    body.as_object_mut().unwrap().remove("nats");
    assert_fault(health(200, "application/json", &body), "nats");
}

#[test]
fn an_unknown_field_is_a_fault() {
    let mut body = healthy();
    body["more"] = json!(1);
    assert_fault(health(200, "application/json", &body), "more");
}

#[test]
fn an_unknown_field_is_a_fault_in_a_nested_object_too() {
    let mut inner = problem();
    inner["cause"] = json!("secret");
    let result = json!({"id": uuid::Uuid::nil(), "status": 404, "problem": inner});
    let body = json!({"succeeded": 0, "failed": 1, "results": [result]}).to_string();
    let path = Some("/api/v1/errors/bulk-actions");
    let outcome = check("post", path, 200, "application/json", body.as_bytes());
    assert_fault(outcome, "cause");
}

#[test]
fn an_unknown_field_beside_a_flattened_object_is_a_fault() {
    let occurrence = json!({
        "event_id": uuid::Uuid::nil(), "error_id": uuid::Uuid::nil(), "project_id": 1,
        "received_at": "2026-01-01T00:00:00Z", "occurred_at": "2026-01-01T00:00:00Z",
        "title": "t", "payload": {"anything": {"goes": 1}},
        "grouping": {"version": 1, "fingerprint": "00", "explanation": []},
    });
    let ask = |body: &Value| {
        let path = Some("/api/v1/occurrences/{event_id}");
        check(
            "get",
            path,
            200,
            "application/json",
            body.to_string().as_bytes(),
        )
    };
    assert_eq!(ask(&occurrence), Ok(()));
    let mut more = occurrence;
    more["organization_id"] = json!(1);
    assert_fault(ask(&more), "organization_id");
}

#[test]
fn an_unknown_address_must_be_a_problem() {
    let body = problem().to_string();
    let ask = |path, status, kind| check("get", path, status, kind, body.as_bytes());
    assert_eq!(ask(None, 404, PROBLEM), Ok(()));
    assert_fault(ask(None, 200, PROBLEM), "no such operation");
    assert_fault(ask(None, 404, "application/json"), "no such operation");
}

#[test]
fn an_unknown_method_must_be_a_problem() {
    let body = problem().to_string();
    let ask = |status| check("put", Some("/health"), status, PROBLEM, body.as_bytes());
    assert_eq!(ask(405), Ok(()));
    assert_fault(ask(200), "no such operation");
}
