//! Anybody can send anything: no input is a fault of ours, and nothing acknowledged is lost.

use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, envelope, send};

/// Requests under way at once.
const AT_ONCE: usize = 16;

/// An event in which every part that the decoder knows is filled.
fn full() -> Value {
    json!({
        "event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0", "timestamp": 1_760_000_000.5,
        "platform": "python", "level": "error", "logger": "shop.cart", "transaction": "/cart",
        "server_name": "web-1", "release": "shop@1.2.3", "environment": "production",
        "fingerprint": ["{{ default }}", "cart"], "checksum": "abc",
        "message": "no cart", "logentry": {"message": "no %s", "formatted": "no cart", "params": ["cart"]},
        "exception": {"values": [{
            "type": "KeyError", "value": "'cart'", "module": "builtins", "thread_id": 1,
            "mechanism": {"type": "generic", "handled": false, "exception_id": 0, "parent_id": 0},
            "stacktrace": {"frames": [{
                "function": "add", "module": "shop.cart", "filename": "cart.py", "abs_path": "/srv/cart.py",
                "lineno": 17, "colno": 3, "in_app": true, "context_line": "    return carts['cart']",
                "vars": {"user": "7"},
            }]},
        }]},
        "threads": {"values": [{"id": 1, "name": "main", "crashed": true, "stacktrace": {"frames": []}}]},
        "tags": {"shop": "north"}, "user": {"id": "7", "email": "a@b.example", "ip_address": "203.0.113.9"},
        "breadcrumbs": {"values": [{"timestamp": 1, "message": "clicked", "data": {"x": 1}}]},
        "extra": {"any": "thing"}, "contexts": {"runtime": {"name": "CPython", "version": "3.13"}},
        "modules": {"shop": "1.2.3"}, "sdk": {"name": "sentry.python", "version": "2.0"},
    })
}

/// JSON values that some sender will put where another kind is expected.
const ODD: [&str; 17] = [
    "null",
    "true",
    "-1",
    "1e400",
    "-1.7976931348623157e308",
    "18446744073709551615",
    "99999999999999999999999999",
    "\"\"",
    r#""\n \t""#,
    r#""a\u0000b""#,
    r#""\ud800""#,
    r#""\udc00\ud800 \ud83d\ude00""#,
    "[]",
    "{}",
    "[[[[null]]]]",
    r#"{"values":[null,1,"x",[],{"type":{}}]}"#,
    r#"[["a\u0000b","c"],["d"],{"e":1},null]"#,
];

/// Where values stand in an event, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, below)| places(below, &format!("{at}/{key}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(n, below)| places(below, &format!("{at}/{n}"), found)),
        _ => {}
    }
}

/// The event with raw JSON at this place; every one with an id of its own.
fn with_odd(place: &str, odd: &str) -> String {
    const MARK: &str = "put it here";
    let mut event = full();
    event["event_id"] = json!(uuid::Uuid::new_v4());
    *event.pointer_mut(place).expect("a place") = json!(MARK);
    event.to_string().replace(&format!("{MARK:?}"), odd)
}

fn framed(event: &str) -> Vec<u8> {
    format!("{{}}\n{{\"type\":\"event\"}}\n{event}\n").into_bytes()
}

/// Sends each body, and reads what was acknowledged.
async fn assert_sound(app: &TestApp, bodies: Vec<Vec<u8>>) {
    let sent = futures::stream::iter(bodies).map(|body| async move {
        let answer = app.send_envelope(&body).await;
        let shown = || String::from_utf8_lossy(&body).into_owned();
        assert!(answer.status.as_u16() < 500, "{}: {}", answer.body, shown());
        if let Some(id) = acknowledged(&answer) {
            let stored = app.get(&format!("/api/v1/occurrences/{id}")).await;
            assert_eq!(stored.status, StatusCode::OK, "{}", shown());
            return 1;
        }
        0
    });
    let read: Vec<usize> = sent.buffer_unordered(AT_ONCE).collect().await;
    assert!(read.iter().sum::<usize>() > 0, "some are acknowledged");
}

fn acknowledged(answer: &Answer) -> Option<&str> {
    answer.body["id"].as_str().filter(|_| answer.status == 200)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_value_in_any_place_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let mut found = Vec::new();
    places(&full(), "", &mut found);
    let bodies = found
        .iter()
        .flat_map(|place| ODD.iter().map(move |odd| framed(&with_odd(place, odd))));
    assert_sound(&app, bodies.collect()).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_key_in_any_object_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let text = full().to_string();
    let bodies: Vec<_> = [
        "tags", "extra", "contexts", "user", "values", "frames", "vars", "modules",
    ]
    .iter()
    .flat_map(|object| {
        [
            "\"a\\u0000b\":\"c\\u0000d\"",
            "\"\\ud800\":1",
            "\"\":{}",
            "\"x\":1,\"x\":2",
        ]
        .map(|odd| {
            text.replacen(
                &format!("{object:?}:{{"),
                &format!("{object:?}:{{{odd},"),
                1,
            )
        })
    })
    .map(|event| framed(&event))
    .collect();
    assert_sound(&app, bodies).await;
    app.stop().await;
}

/// A small generator, so that a failure can be repeated: xorshift64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("less than a usize")
    }
}

/// An envelope with a few bytes of it changed.
fn mutated(dice: &mut Dice) -> Vec<u8> {
    let mut event = full();
    event["event_id"] = json!(uuid::Uuid::new_v4());
    let mut body = envelope(&[&event, &json!({"message": "the other"})]);
    for _ in 0..=dice.below(4) {
        if body.is_empty() {
            break;
        }
        let at = dice.below(body.len());
        match dice.below(6) {
            0 => body.truncate(at.max(1)),
            1 => body[at] ^= 1 << dice.below(8),
            2 => body[at] = u8::try_from(dice.below(256)).expect("a byte"),
            3 => drop(body.splice(at..at, [0xff, 0xfe, 0x00])),
            4 => body.truncate(body.len() - 1),
            _ => {
                let end = (at + dice.below(40)).min(body.len());
                let copied = body[at..end].to_vec();
                body.splice(at..at, copied);
            }
        }
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mutation_of_an_envelope_is_a_fault_of_ours() {
    let app = TestApp::start().await;
    let mut dice = Dice(0x6275_6773_6167_6501);
    let bodies = (0..600).map(|_| mutated(&mut dice)).collect();
    assert_sound(&app, bodies).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bytes_in_a_header_are_a_fault_of_ours() {
    let app = TestApp::start().await;
    for name in [
        "x-sentry-auth",
        "authorization",
        "content-encoding",
        "content-type",
        "origin",
    ] {
        for value in [
            &b"\xff\xfe"[..],
            b"",
            b"sentry_key=",
            b"=,=,,",
            b"\"",
            b"a\tb",
        ] {
            let mut request = app.to_ingest("envelope/").body("{}\n").build().unwrap();
            let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().insert(name, value);
            let answer = app.execute(request).await;
            assert!(answer.status.as_u16() < 500, "{name}: {}", answer.body);
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bytes_in_a_query_are_a_fault_of_ours() {
    let app = TestApp::start().await;
    for query in [
        "%",
        "%0",
        "%zz",
        "sentry_key",
        "sentry_key=%",
        "sentry_key=%e2%82",
        "&&==&",
        "sentry_key=%00",
    ] {
        let path = format!("/api/1/envelope/?{query}");
        let answer = send(app.request(reqwest::Method::POST, &path).body("{}\n")).await;
        assert_eq!(answer.status, 403, "{query}: {}", answer.body);
    }
    app.stop().await;
}
