//! What counts, what does not, and that sketches are as they were.

use serde_json::{Value, json};

use super::{DIMENSIONS, JOIN_AT, Kind, Likeness, Sketch, sketch, text};
use crate::occurrence::decode;

fn sketched(event: &Value) -> Sketch {
    sketch(&decode(event.to_string().as_bytes()).unwrap())
}

fn raised(kind: &str, value: &str, functions: &[&str]) -> Value {
    let frames: Vec<_> = functions
        .iter()
        .rev()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    json!({"platform": "python", "exception": {"values": [
        {"type": kind, "value": value, "stacktrace": {"frames": frames}}]}})
}

fn likeness(one: &Value, other: &Value) -> Likeness {
    sketched(one).likeness(&sketched(other))
}

#[test]
fn the_same_again_is_as_alike_as_can_be() {
    let event = raised("KeyError", "no price of item 17", &["price", "total"]);
    let again = raised("KeyError", "no price of item 4711", &["price", "total"]);
    assert!(likeness(&event, &again).score > 0.999_999);
    assert_eq!(sketched(&event).vector(), sketched(&again).vector());
}

#[test]
fn a_changed_word_of_the_message_still_joins_and_another_function_does_not() {
    let one = raised(
        "KeyError",
        "no price of 'apple'",
        &["price", "total", "checkout"],
    );
    let word = raised(
        "KeyError",
        "no price of 'pear'",
        &["price", "total", "checkout"],
    );
    let place = raised(
        "KeyError",
        "no price of 'apple'",
        &["discount", "total", "checkout"],
    );
    assert!(likeness(&one, &word).score >= JOIN_AT);
    assert!(likeness(&one, &place).score < JOIN_AT);
}

#[test]
fn what_is_shared_is_told_the_weightiest_first() {
    let one = raised("KeyError", "no price", &["price", "total"]);
    let other = raised("ValueError", "no price", &["price", "refund"]);
    let told = likeness(&one, &other).shared;
    let first = (told[0].kind, told[0].value.as_str());
    assert_eq!(first, (Kind::Frame, "shop.cart in price"));
    assert!(
        told.iter()
            .any(|s| s.kind == Kind::Word && s.value == "price")
    );
    assert!(told.iter().all(|s| s.kind != Kind::Type));
    assert!(told.is_sorted_by(|a, b| a.share >= b.share));
}

#[test]
fn nothing_shared_is_zero() {
    let one = raised("KeyError", "no price", &["price"]);
    let other = json!({"message": "Bye"});
    assert_eq!(
        likeness(&one, &other),
        Likeness {
            score: 0.0,
            shared: Vec::new()
        }
    );
}

#[test]
fn without_type_or_frames_or_with_a_fingerprint_of_the_sender_nothing_joins() {
    let mut event = raised("KeyError", "no price", &["price"]);
    assert!(sketched(&event).may_join);
    event["fingerprint"] = json!(["{{ default }}"]);
    assert!(sketched(&event).may_join);
    event["fingerprint"] = json!(["{{ default }}", "eu"]);
    assert!(!sketched(&event).may_join);
    assert!(!sketched(&json!({"message": "the disk of host 7 is full"})).may_join);
    let bare = json!({"exception": {"values": [{"type": "KeyError", "value": "no price"}]}});
    assert!(!sketched(&bare).may_join);
    let mut message = raised("KeyError", "the stock is low", &["price"]);
    message["exception"]["values"][0]["type"] = json!(null);
    assert!(!sketched(&message).may_join);
}

#[test]
fn an_event_of_nothing_has_a_vector_of_nothing() {
    let empty = sketched(&json!({}));
    assert!(empty.features().is_empty());
    assert_eq!(empty.vector(), vec![0.0; DIMENSIONS]);
}

#[test]
fn a_sketch_is_bounded() {
    let frames: Vec<_> = (0..5_000)
        .map(|i| json!({"function": format!("f{}", "x".repeat(i % 700)), "module": format!("m{}", "y".repeat(i % 700))}))
        .collect();
    let words: Vec<_> = (0..5_000)
        .map(|i| format!("w{}", "z".repeat(i % 90)))
        .collect();
    let event = json!({"exception": {"values": [{"type": "E", "value": words.join(" "), "stacktrace": {"frames": frames}}]}});
    let sketch = sketched(&event);
    assert!(sketch.features().len() <= 64);
    assert!(serde_json::to_vec(&sketch).unwrap().len() < 64 * 320);
    let length: f32 = sketch.vector().iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-4);
}

#[test]
fn a_qualified_name_in_a_message_says_more_than_its_other_words() {
    let about = |class: &str| {
        raised(
            "BadField",
            &format!("Unrecognized field of (class {class})"),
            &["read", "parse"],
        )
    };
    let one = about("com.shop.Order");
    let other = about("com.shop.Customer");
    let worded = raised(
        "BadField",
        "Unrecognized entry of (class com.shop.Order)",
        &["read", "parse"],
    );
    assert!(likeness(&one, &other).score < likeness(&one, &worded).score);
}

/// Vectors are stored: a change of any number is a new embedder.
#[test]
fn a_sketch_is_as_it_was() {
    let event = json!({"platform": "java", "exception": {"values": [
        {"type": "IllegalStateException", "value": "Order 17 of com.shop.Customer is closed", "stacktrace": {"frames": [
            {"module": "java.lang.Thread", "function": "run", "in_app": false},
            {"module": "com.shop.Cart", "function": "checkout", "in_app": true},
            {"module": "com.shop.Order$$Lambda$12/0x1", "function": "close", "in_app": true},
        ]}},
        {"type": "CheckoutException", "value": "Checkout failed", "stacktrace": {"frames": [
            {"module": "com.shop.Cart", "function": "checkout", "in_app": true},
        ]}},
    ]}});
    let sketch = sketched(&event);
    let features: Vec<_> = sketch
        .features()
        .iter()
        .map(|f| format!("{:?} {} {:.4}", f.kind, f.value, f.weight))
        .collect();
    let places: Vec<_> = sketch
        .vector()
        .iter()
        .enumerate()
        .filter(|(_, x)| **x != 0.0)
        .map(|(i, x)| format!("{i}:{x:.4}"))
        .collect();
    insta::assert_snapshot!(format!("{}\n\n{}", features.join("\n"), places.join(" ")));
}

#[test]
fn a_text_says_what_was_raised_where_and_nothing_of_the_one_occurrence() {
    let of = |event: &Value| text(&decode(event.to_string().as_bytes()).unwrap());
    let mut event = raised("KeyError", "no price of item 17", &["price", "total"]);
    let cause = json!({"type": "IOError", "value": "timed out after 3 s"});
    event["exception"]["values"]
        .as_array_mut()
        .unwrap()
        .insert(0, cause);
    let said = of(&event);
    assert_eq!(
        said,
        "KeyError: no price of item <int>\n  shop.cart in price\n  shop.cart in total\n\
         IOError: timed out after <duration>\n"
    );
    event["exception"]["values"][1]["value"] = json!("no price of item 4711");
    assert_eq!(of(&event), said);
    assert_eq!(of(&json!({"message": "disk full"})), "disk full\n");
    assert_eq!(of(&json!({"platform": "go"})), "");
}
