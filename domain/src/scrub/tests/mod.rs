mod names;
mod secrets;

use super::*;
use proptest::prelude::*;

fn run(json: &str) -> String {
    let out = scrub(json.as_bytes(), &Rules::default(), &Limits::default()).unwrap();
    String::from_utf8(out.json).unwrap()
}

#[test]
fn values_under_sensitive_keys_go_whole() {
    for key in [
        "password",
        "API-Key",
        "accessToken",
        "set_cookie",
        "PHPSESSID",
        "auth",
        "dsn",
    ] {
        assert_eq!(
            run(&format!(r#"{{"{key}":{{"a":["hush"]}}}}"#)),
            format!(r#"{{"{key}":"[Filtered]"}}"#)
        );
    }
}

#[test]
fn harmless_keys_stay() {
    for key in [
        "author",
        "authority",
        "tokenizer",
        "token_type",
        "session_count",
        "passwords_reset_total",
    ] {
        let json = format!(r#"{{"{key}":"kept","n":18446744073709551615}}"#);
        assert_eq!(run(&json), json);
    }
}

#[test]
fn secrets_inside_text_go() {
    for secret in [
        "4111 1111 1111 1111",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "Bearer abc123def456",
        "password=hunter2",
        "https://joe:pw@host/",
        "a@example.org",
        "203.0.113.7",
        "2001:db8::17",
        "ghp_0123456789abcdefghij0123",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    ] {
        let text = scrub_text(&format!("so {secret} there"), &Rules::default());
        assert!(text.contains(FILTERED), "{secret} stayed: {text}");
    }
}

#[test]
fn what_grouping_needs_stays() {
    let json = r#"{"event_id":"fc6d8c0c43fc4630ad850ee518f1b9d0","release":"1.2.3.4","exception":{"values":[{"type":"TokenError","value":"unexpected token: x","stacktrace":{"frames":[{"function":"std::a::b","module":"app.auth","filename":"auth.py","lineno":7}]}}]},"modules":{"google-auth":"2.0.0.1"},"timestamp":1700000000.123456}"#;
    assert_eq!(run(json), json);
}

#[test]
fn pairs_with_a_sensitive_key_lose_their_value() {
    assert_eq!(
        run(r#"{"headers":[["Cookie","a"],["Host","h"]]}"#),
        r#"{"headers":[["Cookie","[Filtered]"],["Host","h"]]}"#
    );
}

#[test]
fn nul_and_lone_surrogates_become_replacement_characters() {
    assert_eq!(
        run(r#"["a\u0000b","\ud800","\ud83d\ude00","\\ud800"]"#),
        "[\"a\u{FFFD}b\",\"\u{FFFD}\",\"😀\",\"\\\\ud800\"]"
    );
}

#[test]
fn too_deep_is_refused_by_name() {
    let json = format!("{}{}", "[".repeat(65), "]".repeat(65));
    assert_eq!(
        scrub(json.as_bytes(), &Rules::default(), &Limits::default()),
        Err(Refused::TooDeep { limit: 64 })
    );
}

#[test]
fn the_middle_frames_the_old_breadcrumbs_and_the_last_tags_go() {
    let limits = Limits {
        frames: 2,
        breadcrumbs: 1,
        tags: 1,
        ..Limits::default()
    };
    let json = br#"{"stacktrace":{"frames":[1,2,3,4]},"breadcrumbs":{"values":[1,2]},"tags":{"a":"1","b":"2"}}"#;
    let out = scrub(json, &Rules::default(), &limits).unwrap();
    assert_eq!(
        String::from_utf8(out.json).unwrap(),
        r#"{"stacktrace":{"frames":[1,4]},"breadcrumbs":{"values":[2]},"tags":{"a":"1"}}"#
    );
    assert_eq!(
        (
            out.trimmed.frames,
            out.trimmed.breadcrumbs,
            out.trimmed.tags
        ),
        (2, 1, 1)
    );
}

#[test]
fn a_list_under_values_is_within_the_same_bounds() {
    let limits = Limits {
        frames: 2,
        exceptions: 1,
        ..Limits::default()
    };
    let json = br#"{"exception":{"values":[1,2]},"stacktrace":{"frames":{"values":[1,2,3]}}}"#;
    let out = scrub(json, &Rules::default(), &limits).unwrap();
    assert_eq!(
        String::from_utf8(out.json).unwrap(),
        r#"{"exception":{"values":[2]},"stacktrace":{"frames":{"values":[1,3]}}}"#
    );
}

#[test]
fn numbers_stay_as_they_were_written_if_a_reader_can_hold_them() {
    let json = r#"[1.50,-0,1e5,123456789012345678901234567890,0.1E-2,1.7976931348623158e308]"#;
    assert_eq!(run(json), json);
    assert!(serde_json::from_str::<serde_json::Value>(json).is_ok());
    for json in ["1e400", "01", "1.", "-", "1e", "+1", ".5"] {
        let out = scrub(json.as_bytes(), &Rules::default(), &Limits::default());
        assert!(
            matches!(out, Err(Refused::NotJson { .. })),
            "{json}: {out:?}"
        );
    }
}

#[test]
fn broken_json_is_refused_with_its_place() {
    for json in [
        "{\"a\" 1}",
        "[1,]",
        "{,}",
        "[1 2]",
        "\"a\nb\"",
        "\"\\x\"",
        "{} {}",
        "tru",
        "\"a",
    ] {
        let out = scrub(json.as_bytes(), &Rules::default(), &Limits::default());
        let Err(Refused::NotJson { reason }) = out else {
            panic!("{json}: {out:?}");
        };
        assert!(reason.contains("at line 1 column"), "{reason}");
    }
}

#[test]
fn the_first_of_duplicate_keys_stays() {
    assert_eq!(run(r#"{"a":1,"a":2}"#), r#"{"a":1}"#);
}

#[test]
fn long_text_is_cut_at_a_character() {
    let limits = Limits {
        text: 8,
        ..Limits::default()
    };
    let out = scrub("\"ääääääää\"".as_bytes(), &Rules::default(), &limits).unwrap();
    assert_eq!(String::from_utf8(out.json).unwrap(), "\"ää…\"");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        "\\PC{0,40}".prop_map(Into::into),
        Just("x password=pl4nted-s3cret y".into()),
        Just("Bearer pl4nted-s3cret".into()),
        Just(r#"{"password":["pl4nted-s3cret"]}"#.into()),
        Just("run --password pl4nted-s3cret".into()),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(
                "[a-z_]{0,8}|password|tags|frames|key|value",
                inner,
                0..6
            )
            .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

/// The same JSON with every character of its texts and keys written as `\\uXXXX`.
fn escaped(json: &str) -> String {
    let mut rest = json.chars();
    let mut out = String::new();
    let mut is_inside = false;
    while let Some(c) = rest.next() {
        match (c, is_inside) {
            ('"', _) => {
                is_inside = !is_inside;
                out.push(c);
            }
            ('\\', true) => out.extend([c].into_iter().chain(rest.next())),
            (_, true) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(c),
        }
    }
    out
}

proptest! {
    #[test]
    fn output_is_json_idempotent_and_without_the_secret(value in json()) {
        let text = value.to_string();
        let once = scrub(text.as_bytes(), &Rules::default(), &Limits::default()).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&once.json).is_ok());
        let shown = String::from_utf8(once.json.clone()).unwrap();
        prop_assert!(!shown.contains("pl4nted-s3cret"), "{}", shown);
        let twice = scrub(&once.json, &Rules::default(), &Limits::default()).unwrap();
        prop_assert_eq!(once.json, twice.json);
    }

    /// However it is written: spread over lines, or with each character escaped.
    #[test]
    fn the_form_of_the_json_makes_no_difference(value in json()) {
        let text = value.to_string();
        let scrubbed = run(&text);
        prop_assert_eq!(&run(&serde_json::to_string_pretty(&value).unwrap()), &scrubbed);
        prop_assert_eq!(run(&escaped(&text)), scrubbed);
    }

    #[test]
    fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = scrub(&bytes, &Rules::default(), &Limits::default());
    }
}

#[test]
fn personal_data_stays_where_the_project_wants_it() {
    let rules = Rules {
        emails: false,
        ip_addresses: false,
        extra_keys: vec!["iban".into(), "data".into()],
    };
    let out = scrub(
        br#"{"m":"a@example.org 203.0.113.7","user_IBAN":"DE1","data":{"a":1}}"#,
        &rules,
        &Limits::default(),
    );
    let json = out.unwrap().json;
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"m":"a@example.org 203.0.113.7","user_IBAN":"[Filtered]","data":"[Filtered]"}"#
    );
}

#[test]
fn invalid_utf8_is_refused_with_its_place() {
    let out = scrub(b"\"a\xff\"", &Rules::default(), &Limits::default());
    assert_eq!(out, Err(Refused::NotUtf8 { offset: 2 }));
}

#[test]
fn nothing_of_a_secret_stays_beside_other_text() {
    for text in [
        "order 1234 4111111111111111",
        "{\"password\": \"4111111111111111 hush\"}",
        "token='a hush'",
        "auth=hush",
    ] {
        let shown = scrub_text(text, &Rules::default());
        assert!(
            !shown.contains("hush") && !shown.contains("4111111"),
            "{shown}"
        );
    }
}

#[test]
fn parameters_of_a_text_with_a_secret_go_whole() {
    assert_eq!(
        run(r#"{"message":"password=%s","params":["x"],"formatted":"password=x"}"#),
        r#"{"message":"password=[Filtered]","params":"[Filtered]","formatted":"password=[Filtered]"}"#
    );
    let harmless = r#"{"message":"no %s","params":["cart"]}"#;
    assert_eq!(run(harmless), harmless);
}

fn lean(json: &str) -> String {
    let out = scrub(json.as_bytes(), &Rules::default(), &Limits::default()).unwrap();
    String::from_utf8(out.without_breadcrumbs().into_owned()).unwrap()
}

#[test]
fn breadcrumbs_and_nothing_else_can_be_left_out() {
    for crumbs in [
        r#"[]"#,
        r#"{"values":[{"message":"token=hush"},{}]}"#,
        "7",
        r#""a""#,
    ] {
        let json = format!(r#"{{"a":{{"breadcrumbs":1}},"breadcrumbs":{crumbs},"b":[2]}}"#);
        assert_eq!(
            lean(&json),
            r#"{"a":{"breadcrumbs":1},"breadcrumbs":null,"b":[2]}"#
        );
    }
    assert_eq!(lean(r#"{"a":1}"#), r#"{"a":1}"#);
}

#[test]
fn breadcrumbs_that_were_moved_stay() {
    // What stands before them becomes longer once the name behind it is read.
    let json = r#"{"value":1,"breadcrumbs":[3],"name":"password"}"#;
    assert_eq!(lean(json), run(json));
    assert!(run(json).contains("[Filtered]"));
}
