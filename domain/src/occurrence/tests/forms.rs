//! The forms in which SDKs send the same thing.

use serde_json::json;

use super::*;

fn kinds(event: &Value) -> Vec<Option<String>> {
    let exceptions = read(event).exceptions;
    exceptions.into_iter().map(|one| one.kind).collect()
}

#[test]
fn exceptions_come_bare_as_a_list_or_under_values() {
    let one = json!({"type": "ValueError", "value": "bad"});
    for sent in [json!(one), json!([one]), json!({"values": [one]})] {
        let event = json!({"exception": sent});
        assert_eq!(kinds(&event), [Some("ValueError".to_owned())], "{event}");
    }
}

#[test]
fn what_is_no_exception_in_the_chain_is_passed_over() {
    let event = json!({"exception": {"values": [null, "x", {"type": "A"}, 7, [], {"type": "B"}]}});
    assert_eq!(kinds(&event), [Some("A".to_owned()), Some("B".to_owned())]);
}

#[test]
fn values_that_are_null_make_no_exception() {
    assert_eq!(kinds(&json!({"exception": {"values": null}})), []);
    assert_eq!(kinds(&json!({"exception": null})), []);
    assert_eq!(kinds(&json!({"exception": {}})), []);
}

#[test]
fn null_frames_are_passed_over() {
    let event = json!({"stacktrace": {"frames": [null, {"function": "f"}, null]}});
    let frames = read(&event).stacktrace.unwrap().frames;
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].function.as_deref(), Some("f"));
    let event = json!({"stacktrace": {"frames": null}});
    assert_eq!(read(&event).stacktrace.unwrap().frames, []);
}

#[test]
fn tags_come_as_an_object_or_as_pairs() {
    let expected = [
        ("a".to_owned(), "1".to_owned()),
        ("b".to_owned(), "true".to_owned()),
    ];
    for tags in [
        json!({"a": 1, "b": true}),
        json!([["a", "1"], ["b", true]]),
        json!([
            ["a", 1],
            null,
            ["b", "true"],
            ["c"],
            ["d", null],
            ["e", 1, 2],
            [{}, 1]
        ]),
    ] {
        assert_eq!(read(&json!({"tags": tags})).tags, expected);
    }
}

#[test]
fn a_message_comes_as_text_or_as_an_entry_under_three_names() {
    let entry = json!({"message": "user %s", "formatted": "user 7"});
    for event in [
        json!({"logentry": entry}),
        json!({"sentry.interfaces.Message": entry}),
        json!({"message": entry}),
    ] {
        let expected = Message {
            formatted: "user 7".to_owned(),
            template: Some("user %s".to_owned()),
        };
        assert_eq!(read(&event).message, Some(expected), "{event}");
    }
    let expected = Message {
        formatted: "user 7".to_owned(),
        template: None,
    };
    assert_eq!(read(&json!({"message": "user 7"})).message, Some(expected));
}

#[test]
fn a_template_alone_is_the_message_too() {
    let message = read(&json!({"logentry": {"message": "user %s"}})).message;
    assert_eq!(message.unwrap().formatted, "user %s");
}

#[test]
fn the_entry_comes_before_the_text() {
    let event = json!({"message": "text", "logentry": {"formatted": "entry"}});
    assert_eq!(read(&event).message.unwrap().formatted, "entry");
    let event = json!({"message": "text", "logentry": {"params": []}});
    assert_eq!(read(&event).message.unwrap().formatted, "text");
}

#[test]
fn a_time_is_a_number_or_rfc_3339() {
    for sent in [
        json!(1_700_000_000.25),
        json!("1700000000.25"),
        json!("2023-11-14T22:13:20.25Z"),
        json!("2023-11-14T22:13:20.250000+00:00"),
        json!("2023-11-15T00:13:20.25+02:00"),
        json!("2023-11-14T22:13:20.250000"),
    ] {
        let timestamp = read(&json!({"timestamp": sent})).timestamp;
        assert_eq!(timestamp, Some(1_700_000_000.25), "{sent}");
    }
}

#[test]
fn what_is_no_time_is_missing() {
    for sent in [
        json!("yesterday"),
        json!("inf"),
        json!("NaN"),
        json!(""),
        json!({}),
    ] {
        let timestamp = read(&json!({"timestamp": sent})).timestamp;
        assert_eq!(timestamp, None, "{sent}");
    }
}

#[test]
fn an_event_id_may_have_dashes_and_capitals() {
    let id = uuid::uuid!("fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0");
    for sent in [
        "fc6d8c0c43fc4630ad850ee518f1b9d0",
        "FC6D8C0C43FC4630AD850EE518F1B9D0",
        "fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0",
        " fc6d8c0c43fc4630ad850ee518f1b9d0 ",
    ] {
        assert_eq!(read(&json!({"event_id": sent})).event_id, Some(id));
    }
}

#[test]
fn what_is_no_event_id_is_missing() {
    for sent in [json!("fc6d"), json!(""), json!(7), json!(null), json!([])] {
        assert_eq!(read(&json!({"event_id": sent})).event_id, None, "{sent}");
    }
}

#[test]
fn numbers_come_as_text_too() {
    let event = json!({"stacktrace": {"frames": [{"lineno": "12", "colno": 3.0}]}});
    let frame = &read(&event).stacktrace.unwrap().frames[0];
    assert_eq!((frame.lineno, frame.colno), (Some(12), Some(3)));
}

#[test]
fn a_line_that_is_no_whole_number_from_0_is_missing() {
    for lineno in [json!(-1), json!(1.5), json!(1e300), json!("x"), json!(true)] {
        let event = json!({"stacktrace": {"frames": [{"lineno": lineno}]}});
        let frame = &read(&event).stacktrace.unwrap().frames[0];
        assert_eq!(frame.lineno, None, "{event}");
    }
}

#[test]
fn ids_come_as_numbers_too() {
    let event = json!({"threads": [{"id": 18_446_744_073_709_551_615_u64}], "user": {"id": -7}});
    let occurrence = read(&event);
    assert_eq!(
        occurrence.threads[0].id.as_deref(),
        Some("18446744073709551615")
    );
    assert_eq!(occurrence.user.unwrap().id.as_deref(), Some("-7"));
}

#[test]
fn a_fingerprint_is_a_list_or_one_text() {
    let fingerprint = |sent: Value| read(&json!({"fingerprint": sent})).fingerprint;
    assert_eq!(fingerprint(json!(["a", 1, null, [], "b"])), ["a", "1", "b"]);
    assert_eq!(fingerprint(json!("a")), ["a"]);
    assert_eq!(fingerprint(json!({"a": 1})), [""; 0]);
}

#[test]
fn an_empty_text_counts_as_missing() {
    let event = json!({"release": "", "level": "", "user": {"id": "", "email": "a@b.c"}});
    let occurrence = read(&event);
    assert_eq!((occurrence.release, occurrence.level), (None, None));
    assert_eq!(occurrence.user.unwrap().identity(), Some("a@b.c"));
}

#[test]
fn a_person_is_known_by_id_then_name_then_e_mail_then_address() {
    let mut user = User {
        id: Some("7".to_owned()),
        username: Some("ann".to_owned()),
        email: Some("a@b.c".to_owned()),
        ip_address: Some("203.0.113.7".to_owned()),
    };
    assert_eq!(user.identity(), Some("7"));
    user.id = None;
    assert_eq!(user.identity(), Some("ann"));
    user.username = None;
    assert_eq!(user.identity(), Some("a@b.c"));
    user.email = None;
    assert_eq!(user.identity(), Some("203.0.113.7"));
    user.ip_address = None;
    assert_eq!(user.identity(), None);
}
