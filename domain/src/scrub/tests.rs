use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FILTERED, Limits, Refused, Rules, Scrubbed, scrub};

fn scrubbed(event: &Value) -> Scrubbed {
    scrub(
        event.to_string().as_bytes(),
        &Rules::default(),
        &Limits::default(),
    )
    .unwrap()
}

fn clean(event: &Value) -> Value {
    serde_json::from_slice(&scrubbed(event).json).unwrap()
}

#[test]
fn values_under_secret_keys_are_removed_whole() {
    let event =
        json!({"extra": {"Password": "x", "api-key": {"a": 1}, "DB_SECRET": [1], "token": 5}});
    let expected = json!({"extra": {"Password": FILTERED, "api-key": FILTERED, "DB_SECRET": FILTERED, "token": FILTERED}});
    assert_eq!(clean(&event), expected);
}

#[test]
fn words_that_only_look_like_secrets_stay() {
    let event =
        json!({"tags": {"token_type": "jwt", "author": "a", "authority": "b", "tokenizer": "c"}});
    assert_eq!(clean(&event), event);
}

#[test]
fn headers_sent_as_pairs_are_scrubbed_like_objects() {
    let event = json!({"request": {"headers": [["Cookie", "a=b"], ["Accept", "x"], ["Authorization", "y"]]}});
    let expected = json!({"request": {"headers": [["Cookie", FILTERED], ["Accept", "x"], ["Authorization", FILTERED]]}});
    assert_eq!(clean(&event), expected);
}

#[test]
fn card_numbers_are_removed_and_other_long_numbers_stay() {
    let event = json!({"message": "paid with 4111 1111 1111 1111, order 1234567890123456"});
    assert_eq!(
        clean(&event),
        json!({"message": "paid with [Filtered], order 1234567890123456"})
    );
}

#[test]
fn secrets_inside_of_texts_are_removed() {
    for (text, expected) in [
        (
            "postgres://me:hunter2@db/x",
            "postgres://me:[Filtered]@db/x",
        ),
        (
            "login failed: password=hunter2 for me",
            "login failed: password=[Filtered] for me",
        ),
        (
            "Authorization Bearer abcdefghijkl",
            "Authorization Bearer [Filtered]",
        ),
        ("key AKIAIOSFODNN7EXAMPLE", "key [Filtered]"),
    ] {
        assert_eq!(
            clean(&json!({"message": text})),
            json!({"message": expected})
        );
    }
}

#[test]
fn private_keys_are_removed() {
    let event = json!({"message": "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- end"});
    assert_eq!(clean(&event), json!({"message": "[Filtered] end"}));
}

#[test]
fn addresses_go_where_the_project_says_so() {
    let rules = Rules::new(true, true, vec!["Customer-Name".to_owned()]);
    let event = json!({"message": "a@b.org from 10.0.0.1", "user": {"email": "x", "ip_address": "1.1.1.1"}, "extra": {"customername": "z"}});
    let out = scrub(event.to_string().as_bytes(), &rules, &Limits::default()).unwrap();
    let expected = json!({"message": "[Filtered] from [Filtered]", "user": {"email": FILTERED, "ip_address": FILTERED}, "extra": {"customername": FILTERED}});
    assert_eq!(
        serde_json::from_slice::<Value>(&out.json).unwrap(),
        expected
    );
    assert_eq!(clean(&event)["message"], event["message"]);
}

#[test]
fn nul_and_lone_surrogates_become_replacement_characters() {
    let out = scrub(
        br#"{"a":"x\u0000y","b":"\ud800","c":"\ud83d\ude00","d":"\\ud800"}"#,
        &Rules::default(),
        &Limits::default(),
    )
    .unwrap();
    let value: Value = serde_json::from_slice(&out.json).unwrap();
    assert_eq!(
        value,
        json!({"a": "x\u{fffd}y", "b": "\u{fffd}", "c": "😀", "d": "\\ud800"})
    );
}

#[test]
fn the_first_of_two_equal_keys_wins() {
    let out = scrub(br#"{"a":1,"a":2}"#, &Rules::default(), &Limits::default()).unwrap();
    assert_eq!(out.json, br#"{"a":1}"#);
}

#[test]
fn long_stacks_lose_their_middle_and_say_so() {
    let frames: Vec<_> = (0..700).map(|n| json!({"lineno": n})).collect();
    let out = scrubbed(&json!({"stacktrace": {"frames": frames}}));
    let value: Value = serde_json::from_slice(&out.json).unwrap();
    let kept = value["stacktrace"]["frames"].as_array().unwrap();
    assert_eq!(out.trimmed.frames, 200);
    assert_eq!(
        (kept.len(), &kept[249], &kept[250]),
        (500, &json!({"lineno": 249}), &json!({"lineno": 450}))
    );
}

#[test]
fn only_the_last_breadcrumbs_are_kept() {
    let crumbs: Vec<_> = (0..130).map(|n| json!({"n": n})).collect();
    let value = clean(&json!({"breadcrumbs": {"values": crumbs}}));
    let kept = value["breadcrumbs"]["values"].as_array().unwrap();
    assert_eq!((kept.len(), &kept[0]), (100, &json!({"n": 30})));
}

#[test]
fn what_is_too_deep_too_large_or_no_object_is_refused() {
    let refused = |json: &[u8]| scrub(json, &Rules::default(), &Limits::default()).unwrap_err();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
    assert_eq!(refused(deep.as_bytes()), Refused::TooDeep { max: 64 });
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024));
    assert!(matches!(
        refused(large.as_bytes()),
        Refused::TooLarge { .. }
    ));
    assert_eq!(refused(b"[1]"), Refused::NotAnObject);
    assert!(matches!(refused(b"{\"a\":"), Refused::Json(_)));
    assert!(matches!(refused(b"{\"a\":\"\xff\"}"), Refused::Json(_)));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_object_stays_json_and_scrubbing_again_changes_nothing(value in any_json()) {
        let once = scrubbed(&json!({"extra": value})).json;
        let again = scrub(&once, &Rules::default(), &Limits::default()).unwrap().json;
        prop_assert_eq!(once, again);
    }

    #[test]
    fn a_secret_never_comes_through(prefix in "[a-z ]{0,20}", secret in "[a-zA-Z0-9]{12,20}") {
        let secret = format!("S{secret}");
        let event = json!({"extra": {"db_password": secret, "url": format!("{prefix} https://u:{secret}@h/")}});
        let out = String::from_utf8(scrubbed(&event).json).unwrap();
        prop_assert!(!out.contains(&secret));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = scrub(&bytes, &Rules::default(), &Limits::default());
    }
}
