//! One odd field never costs the whole event.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn whole_event() -> Value {
    let frame = json!({
        "function": "add", "module": "shop.cart", "filename": "cart.py", "abs_path": "/app/cart.py",
        "package": "shop", "platform": "python", "lineno": 7, "colno": 3, "in_app": true,
        "context_line": "raise",
    });
    json!({
        "event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0", "timestamp": 1.5, "platform": "python",
        "level": "error", "logger": "shop", "transaction": "/cart", "message": "late",
        "logentry": {"message": "user %s", "formatted": "user 7"},
        "sentry.interfaces.Message": {"message": "old"},
        "exception": {"values": [{
            "type": "ValueError", "value": "bad", "module": "builtins", "thread_id": 1,
            "mechanism": {
                "type": "generic", "handled": false, "synthetic": true, "exception_id": 1,
                "parent_id": 0, "is_exception_group": true,
                "meta": {"ns_error": {"domain": "NSCocoa", "code": 4}},
            },
            "stacktrace": {"frames": [frame]},
        }]},
        "threads": {"values": [{
            "id": 1, "name": "main", "crashed": true, "current": true,
            "stacktrace": {"frames": [frame]},
        }]},
        "stacktrace": {"frames": [frame]},
        "fingerprint": ["a"], "checksum": "c0ffee", "release": "1.0", "environment": "test",
        "server_name": "web-1", "tags": {"a": "1"},
        "user": {"id": "7", "email": "a@b.c", "username": "ann", "ip_address": "203.0.113.7"},
    })
}

/// Values that are wrong in the place of this one.
fn wrong_for(right: &Value) -> Vec<Value> {
    match right {
        Value::Object(_) => vec![json!(null), json!(true), json!(7), json!(1.5)],
        Value::Array(_) => vec![json!(null), json!(true), json!(7)],
        Value::Bool(_) => vec![
            json!(null),
            json!("true"),
            json!(1),
            json!([true]),
            json!({}),
        ],
        _ => vec![
            json!(null),
            json!([]),
            json!(["x"]),
            json!({}),
            json!({"x": 1}),
        ],
    }
}

/// The pointer of every member below a value.
fn pointers(value: &Value, here: &str) -> Vec<String> {
    let members: Vec<_> = match value {
        Value::Object(members) => members.iter().map(|(key, v)| (key.clone(), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, v)| (at.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    members
        .into_iter()
        .flat_map(|(key, value)| {
            let there = format!("{here}/{key}");
            let mut all = pointers(value, &there);
            all.push(there);
            all
        })
        .collect()
}

fn without(mut event: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match event.pointer_mut(parent).unwrap() {
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        Value::Object(members) => drop(members.remove(key)),
        _ => panic!("{pointer} has no parent"),
    }
    event
}

#[test]
fn a_field_of_a_wrong_type_counts_as_missing_and_costs_nothing_else() {
    let whole = whole_event();
    let pointers = pointers(&whole, "");
    assert!(pointers.len() > 60);
    for pointer in pointers {
        let missing = read(&without(whole.clone(), &pointer));
        for wrong in wrong_for(whole.pointer(&pointer).unwrap()) {
            let mut event = whole.clone();
            *event.pointer_mut(&pointer).unwrap() = wrong.clone();
            assert_eq!(read(&event), missing, "{pointer} = {wrong}");
        }
    }
}

#[test]
fn a_field_sent_twice_does_not_cost_the_event() {
    for event in [
        r#"{"level":"a","level":"b","release":"1"}"#,
        r#"{"user":{"id":1,"id":2},"release":"1"}"#,
        r#"{"exception":{"type":"A","type":"B"},"release":"1"}"#,
        r#"{"exception":{"values":[{"type":"A","type":"B"}]},"release":"1"}"#,
        r#"{"exception":{"values":[],"values":[]},"release":"1"}"#,
        r#"{"stacktrace":{"frames":[{"lineno":1,"lineno":2}]},"release":"1"}"#,
        r#"{"message":{"message":"a","message":"b"},"release":"1"}"#,
    ] {
        let occurrence = decode(event.as_bytes()).unwrap();
        assert_eq!(occurrence.release.as_deref(), Some("1"), "{event}");
    }
}

#[test]
fn an_empty_object_is_an_event() {
    assert_eq!(read(&json!({})), Occurrence::default());
}

#[test]
fn what_is_no_json_object_is_no_event() {
    for body in [
        "",
        "[]",
        r#"["fc6d8c0c43fc4630ad850ee518f1b9d0"]"#,
        "null",
        "true",
        "7",
        r#""text""#,
        "{",
        "{}{}",
        "{} x",
        r#"{"level":}"#,
        "{\"level\":\"\u{1}\"}",
    ] {
        assert!(decode(body.as_bytes()).is_err(), "{body}");
    }
    assert!(decode(b"{\"level\":\"\xff\"}").is_err());
    assert_eq!(
        decode(b"[]").unwrap_err().to_string(),
        "the event is not a JSON object: it is of another type"
    );
}

#[test]
fn unknown_fields_may_be_nested_as_deep_as_they_like() {
    let event = format!(
        r#"{{"extra":{}1{},"level":"info"}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let occurrence = decode(event.as_bytes()).unwrap();
    assert_eq!(occurrence.level.as_deref(), Some("info"));
}

#[test]
fn known_fields_nested_without_end_are_refused() {
    let event = format!(r#"{{"tags":{}"#, "[".repeat(100_000));
    assert!(decode(event.as_bytes()).is_err());
}

/// JSON whose keys are mostly those that events have.
fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            object(inner),
        ]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let known: Vec<String> = pointers(&whole_event(), "")
        .iter()
        .filter_map(|pointer| pointer.rsplit('/').next().map(str::to_owned))
        .chain(["values".to_owned(), "unknown".to_owned()])
        .collect();
    proptest::collection::hash_map(proptest::sample::select(known), values, 0..8)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn any_object_is_an_event(event in object(arbitrary_json())) {
        prop_assert!(decode(event.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn whatever_one_field_holds_the_others_are_read(
        field in proptest::sample::select(vec!["exception", "message", "tags", "user", "threads"]),
        value in arbitrary_json(),
    ) {
        let occurrence = read(&json!({field: value, "release": "1.0"}));
        prop_assert_eq!(occurrence.release.as_deref(), Some("1.0"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = decode(&bytes);
    }
}
