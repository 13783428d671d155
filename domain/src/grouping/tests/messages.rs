use super::super::{Kind, parametrize};
use super::*;
use crate::scrub::{self, Limits, Rules};

/// As [`logged`], after the scrubber.
fn scrubbed(text: &str) -> Value {
    let out = scrub::scrub(
        logged(text).to_string().as_bytes(),
        &Rules::default(),
        &Limits::default(),
    );
    serde_json::from_slice(&out.unwrap().json).unwrap()
}

#[test]
fn a_log_message_groups_whatever_its_values() {
    alike(&[
        logged("order 17 of joe@example.org took 250ms"),
        logged("order 4711 of ann@example.com took 1.5s"),
    ]);
}

#[test]
fn log_messages_of_other_words_differ() {
    different(&[
        logged("order 17 was lost"),
        logged("order 17 was found"),
        logged("orders were lost"),
    ]);
}

#[test]
fn the_kind_of_a_value_does_not_count() {
    alike(&[
        logged("commit 1234567 failed"),
        logged("commit 123456a failed"),
        logged("commit 0191f0a4-7c3e-7b2a-9f00-0123456789ab failed"),
        logged("commit 1.5 failed"),
    ]);
}

#[test]
fn a_list_of_values_counts_as_one() {
    alike(&[
        logged("missing: 1"),
        logged("missing: 1, 2, 3"),
        logged("missing: 101,202,303"),
    ]);
}

#[test]
fn the_template_counts_where_the_sender_gave_it() {
    let filled = |name: &str| json!({"logentry": {"message": "user %s not found", "formatted": format!("user {name} not found")}});
    alike(&[filled("joe"), filled("ann")]);
}

#[test]
fn a_template_of_nothing_but_parameters_says_nothing() {
    let filled = |text: &str| json!({"logentry": {"message": "%s", "formatted": text}});
    different(&[filled("disk full"), filled("no route to host")]);
}

#[test]
fn savepoints_with_generated_names_are_alike() {
    let error = |name: &str| {
        logged(&format!(
            "no such savepoint: ROLLBACK TO SAVEPOINT \"{name}\""
        ))
    };
    alike(&[error("s140230_x1"), error("s7_x12")]);
    assert_eq!(
        parametrize("RELEASE SAVEPOINT s14_x1"),
        "RELEASE SAVEPOINT <name>"
    );
    assert_eq!(parametrize("use a savepoint here"), "use a savepoint here");
}

#[test]
fn in_lists_of_any_length_are_alike() {
    let query = |list: &str| {
        raised(
            "python",
            "ProgrammingError",
            &format!("SELECT a FROM b WHERE c IN ({list}) AND d"),
            &[],
        )
    };
    alike(&[
        query("1"),
        query("1, 2, 3"),
        query("%s, %s, %s, %s"),
        query("?,?"),
        query("$1, $2"),
        query("'a', 'b''c'"),
        query(":a, :b, ..."),
        query("%(id_1)s, %(id_2)s"),
    ]);
}

#[test]
fn rows_of_an_insert_are_alike() {
    alike(&[
        logged("INSERT INTO a (b, c) VALUES (1, 'x')"),
        logged("INSERT INTO a (b, c) VALUES (1, 'x'), (2, 'y')"),
    ]);
}

#[test]
fn with_an_empty_frame_list_the_message_serves() {
    let error = |value| raised("python", "OperationalError", value, &[]);
    alike(&[error("deadlock on row 1"), error("deadlock on row 2")]);
    different(&[error("deadlock on row 1"), error("disk full")]);
}

#[test]
fn pasted_json_counts_as_a_whole_without_its_values() {
    let body = |id: u32, code: &str| {
        logged(&format!(
            "{{\n  \"id\": {id},\n  \"at\": \"2026-01-02T03:04:0{id}Z\",\n  \"code\": \"{code}\"\n}}"
        ))
    };
    alike(&[body(1, "quota"), body(2, "quota")]);
    different(&[body(1, "quota"), body(1, "denied")]);
}

#[test]
fn a_pasted_python_trace_counts_by_its_end() {
    let trace = |depth: usize, line: u32, end: &str| {
        let frames = format!("  File \"a.py\", line {line}, in f\n    g()\n").repeat(depth);
        logged(&format!(
            "Job failed\nTraceback (most recent call last):\n{frames}{end}"
        ))
    };
    alike(&[trace(1, 7, "KeyError: 'id'"), trace(9, 8, "KeyError: 'id'")]);
    different(&[
        trace(1, 7, "KeyError: 'id'"),
        trace(1, 7, "ValueError: bad"),
    ]);
}

#[test]
fn a_pasted_java_trace_counts_by_its_beginning() {
    let trace = |kind: &str, line: u32, rest: &str| {
        logged(&format!(
            "java.lang.{kind}: gone\n\tat a.B.c(B.java:{line})\n{rest}"
        ))
    };
    alike(&[
        trace("Error", 7, "\tat d.E.f(E.java:1)"),
        trace("Error", 8, "\t... 34 more"),
    ]);
    different(&[trace("Error", 7, ""), trace("Exception", 7, "")]);
}

#[test]
fn beside_a_frame_the_first_line_of_a_message_counts() {
    let error = |value| {
        let frame = json!({"module": "a.B", "function": "read", "in_app": true});
        raised("java", "ParseError", value, &[frame])
    };
    alike(&[
        error("unexpected end\n at [Source: (String); line: 1]"),
        error("unexpected end\n at [Source: UNKNOWN]"),
    ]);
    different(&[error("unexpected end"), error("unexpected comma")]);
}

#[test]
fn a_scrubbed_value_groups_with_one_that_was_none() {
    // One in ten numbers of sixteen digits passes for a card, and loopback addresses stay.
    alike(&[
        scrubbed("order 4111111111111111 failed at 127.0.0.1:80"),
        scrubbed("order 4111111111111112 failed at 203.0.113.7:80"),
    ]);
}

#[test]
fn events_scrubbed_and_not_are_of_one_error() {
    for text in [
        "mail to joe@example.org bounced",
        "no route to 203.0.113.7:5432",
        "no route to [2001:db8::17]:5432",
        "cannot open https://joe:secret@example.org/a",
    ] {
        assert_ne!(scrubbed(text), logged(text));
        alike(&[logged(text), scrubbed(text)]);
    }
}

#[test]
fn the_title_names_what_was_replaced_and_keeps_what_was_filtered() {
    let title = |event| group(&event).title;
    assert_eq!(
        title(logged("user 7 of joe@example.org")),
        "user <int> of <email>"
    );
    assert_eq!(
        title(scrubbed("user 7 of joe@example.org")),
        "user <int> of [Filtered]"
    );
}

#[test]
fn nothing_at_all_is_still_a_stable_group() {
    alike(&[json!({}), json!({"message": "", "exception": []})]);
    assert_eq!(group(&json!({})).explanation[0].kind, Kind::Fallback);
}

#[test]
fn without_exception_and_message_the_transaction_serves() {
    let event = |route: &str| json!({"transaction": route});
    alike(&[event("/orders/17"), event("/orders/18")]);
    different(&[event("/orders/17"), event("/users/17"), json!({})]);
}

#[test]
fn the_message_may_be_a_text_or_an_object_or_the_old_interface() {
    alike(&[
        json!({"message": "disk full"}),
        json!({"message": {"formatted": "disk full"}}),
        json!({"logentry": {"formatted": "disk full"}}),
        json!({"sentry.interfaces.Message": {"message": "disk full"}}),
    ]);
}
