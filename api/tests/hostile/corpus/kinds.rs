//! Events whose fields are of every kind but the one expected: an odd field costs no report.

use bugsage_domain::occurrence::decode;
use serde_json::{Value, json};

use crate::case::{Case, cases as table, taken};
use crate::wire::Request;

/// An event with every field that is understood.
fn whole() -> Value {
    let stacktrace = json!({"frames": [{
        "function": "f", "module": "m", "filename": "f.py", "abs_path": "/app/f.py",
        "package": "p", "platform": "python", "lineno": 1, "colno": 2, "in_app": true,
        "context_line": "f()",
    }]});
    json!({
        "event_id": "0123456789abcdef0123456789abcdef",
        "timestamp": "2026-01-01T00:00:00Z",
        "platform": "python", "level": "error", "logger": "l", "transaction": "t",
        "message": "a text",
        "logentry": {"message": "a %s", "formatted": "a text", "params": ["text"]},
        "sentry.interfaces.Message": {"message": "a %s", "formatted": "a text"},
        "exception": [{
            "type": "E", "value": "v", "module": "m", "thread_id": 1, "stacktrace": stacktrace,
            "mechanism": {
                "type": "m", "handled": true, "synthetic": true, "exception_id": 1,
                "parent_id": 0, "is_exception_group": true,
                "meta": {"ns_error": {"domain": "d", "code": 7}},
            },
        }],
        "threads": {"values": [
            {"id": 1, "name": "n", "crashed": true, "current": true, "stacktrace": stacktrace},
        ]},
        "stacktrace": stacktrace,
        "fingerprint": ["f"], "checksum": "c",
        "release": "r", "environment": "e", "server_name": "s",
        "tags": {"a": "b"},
        "user": {"id": "i", "email": "e@example.com", "username": "u", "ip_address": "192.0.2.1"},
    })
}

/// What SDKs also send in some of its fields, and fields that scrubbing alone looks at.
fn other_forms() -> [Value; 7] {
    [
        json!({"message": {"message": "a %s", "formatted": "a text"}}),
        json!({"exception": {"type": "E", "value": "v"}}),
        json!({"exception": {"values": [{"type": "E", "value": "v"}]}}),
        json!({"threads": [{"id": 1, "stacktrace": {"frames": [{"function": "f"}]}}]}),
        json!({"tags": [["a", "b"]]}),
        json!({"breadcrumbs": {"values": [{"message": "m", "data": {"key": "k", "value": "v"}}]}}),
        json!({"modules": {"m": "1.0"}}),
    ]
}

const KINDS: [(&str, &str); 7] = [
    ("null", "null"),
    ("a truth value", "true"),
    ("a number", "-7.25"),
    ("a text", r#""text""#),
    ("a list", r#"[null,[1],{"a":2}]"#),
    ("an object", r#"{"a":{"b":[]},"values":7}"#),
    ("a huge number", "18446744073709551615"),
];

/// The places in a value, the deeper ones too.
fn places(value: &Value) -> Vec<String> {
    let parts: Vec<_> = match value {
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => (0..).map(|i: u32| i.to_string()).zip(items).collect(),
        _ => Vec::new(),
    };
    let places = parts.into_iter().flat_map(|(name, part)| {
        let below = places(part).into_iter().chain([String::new()]);
        below.map(move |rest| format!("/{name}{rest}"))
    });
    places.collect()
}

/// The one field of an event that has the place, and another value there.
fn spoilt(event: &Value, place: &str, value: &Value) -> Value {
    let field = place.split('/').nth(1).unwrap();
    let mut alone = json!({ field: event[field] });
    *alone.pointer_mut(place).unwrap() = value.clone();
    alone
}

/// An event with another value wherever it had one.
fn spoilt_everywhere(event: &Value, value: &Value) -> Value {
    let mut event = event.clone();
    for place in places(&event) {
        let part = event.pointer_mut(&place).unwrap();
        if !part.is_object() && !part.is_array() {
            *part = value.clone();
        }
    }
    event
}

fn of_kind(event: &Value, kind: &str, value: &str) -> Vec<Case> {
    let form: String = event.to_string().chars().take(60).collect();
    let value = serde_json::from_str(value).unwrap();
    let sent = |event: Value| Request::event(event.to_string());
    let alone = places(event).into_iter().map(|place| {
        let request = sent(spoilt(event, &place, &value));
        (format!("{kind} in {place} of {form}"), request, taken(1))
    });
    let everywhere = sent(spoilt_everywhere(event, &value));
    let everywhere = (format!("{kind} all over {form}"), everywhere, taken(1));
    table("a wrong type", alone.chain([everywhere]))
}

pub(super) fn cases() -> Vec<Case> {
    let events = [whole()].into_iter().chain(other_forms());
    events
        .flat_map(|event| KINDS.map(|(kind, value)| of_kind(&event, kind, value)))
        .flatten()
        .collect()
}

#[test]
fn every_field_that_is_understood_is_spoilt() {
    let event = decode(whole().to_string().as_bytes()).unwrap();
    let understood = format!("{event:#?}");
    for missing in ["None", "[]", "false"] {
        assert!(!understood.contains(missing), "{understood}");
    }
}
