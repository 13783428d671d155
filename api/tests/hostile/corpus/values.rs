//! Events whose fields are of every kind but the one expected: an odd field costs no report.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

/// Every field that is understood, as an event that has it, with `?` in its place.
const FIELDS: [&str; 40] = [
    r#"{"event_id":?}"#,
    r#"{"timestamp":?}"#,
    r#"{"platform":?}"#,
    r#"{"level":?}"#,
    r#"{"logger":?}"#,
    r#"{"transaction":?}"#,
    r#"{"message":?}"#,
    r#"{"logentry":?}"#,
    r#"{"logentry":{"message":?}}"#,
    r#"{"logentry":{"formatted":?}}"#,
    r#"{"logentry":{"message":"%s","params":?}}"#,
    r#"{"exception":?}"#,
    r#"{"exception":[?]}"#,
    r#"{"exception":{"values":?}}"#,
    r#"{"exception":{"values":[?]}}"#,
    r#"{"exception":[{"type":?}]}"#,
    r#"{"exception":[{"value":?}]}"#,
    r#"{"exception":[{"module":?}]}"#,
    r#"{"exception":[{"mechanism":?}]}"#,
    r#"{"exception":[{"thread_id":?}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":?}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":{"frames":?}}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":{"frames":[?]}}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":{"frames":[{"function":?}]}}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":{"frames":[{"function":"f","lineno":?}]}}]}"#,
    r#"{"exception":[{"type":"E","stacktrace":{"frames":[{"function":"f","in_app":?}]}}]}"#,
    r#"{"threads":?}"#,
    r#"{"threads":{"values":?}}"#,
    r#"{"threads":{"values":[{"id":?,"crashed":?,"stacktrace":?}]}}"#,
    r#"{"stacktrace":?}"#,
    r#"{"fingerprint":?}"#,
    r#"{"fingerprint":[?]}"#,
    r#"{"checksum":?}"#,
    r#"{"release":?}"#,
    r#"{"environment":?}"#,
    r#"{"tags":?}"#,
    r#"{"tags":[?]}"#,
    r#"{"tags":[[?,?]]}"#,
    r#"{"user":?}"#,
    r#"{"user":{"id":?,"email":?,"ip_address":?}}"#,
];

const KINDS: [(&str, &str); 7] = [
    ("null", "null"),
    ("a truth value", "true"),
    ("a number", "-7.25"),
    ("a text", r#""text""#),
    ("a list", r#"[null,[1],{"a":2}]"#),
    ("an object", r#"{"a":{"b":[]},"values":7}"#),
    ("a huge number", "18446744073709551615"),
];

pub(super) fn cases() -> Vec<Case> {
    let wrong = FIELDS.iter().flat_map(|field| {
        KINDS.map(|(kind, value)| {
            let event = field.replace('?', value);
            (
                format!("{kind} in {field}"),
                Request::event(event),
                taken(1),
            )
        })
    });
    let mut all = table("a wrong type", wrong);
    all.extend(numbers());
    all.extend(twice());
    all
}

fn numbers() -> Vec<Case> {
    let line = |number: &str| {
        let event = format!(
            r#"{{"exception":[{{"type":"E","mechanism":{{"exception_id":{number},"parent_id":{number}}},"stacktrace":{{"frames":[{{"function":"f","lineno":{number},"colno":{number}}}]}}}}]}}"#
        );
        Request::event(event)
    };
    let mut all = table(
        "a number",
        [
            "-1",
            "0",
            "-0.0",
            "1e308",
            "-1e308",
            "5e-324",
            "4294967296",
            "9007199254740993",
            "9223372036854775808",
            "-9223372036854775809",
            "\"1e999\"",
            "\"NaN\"",
            "\"0x10\"",
        ]
        .map(|number| (number, line(number), taken(1))),
    );
    all.extend(table(
        "a number",
        [
            (
                "of 1,000 digits",
                line(&"9".repeat(1_000)),
                refused(400, "not valid JSON"),
            ),
            (
                "of 100,000 decimals",
                line(&format!("0.{}", "1".repeat(100_000))),
                taken(1),
            ),
            (
                "with an exponent of 10,000 digits",
                line(&format!("1e-{}", "9".repeat(10_000))),
                taken(1),
            ),
        ],
    ));
    all
}

fn twice() -> Vec<Case> {
    let events = [
        r#"{"message":"a","message":"b"}"#,
        r#"{"message":"a","message":{"formatted":"b"},"message":7}"#,
        r#"{"event_id":1,"event_id":"x","event_id":null}"#,
        r#"{"exception":[{"type":"A","type":"B","stacktrace":1,"stacktrace":{"frames":[]}}]}"#,
        r#"{"exception":{"values":[],"values":[{"type":"B"}],"values":7}}"#,
        r#"{"tags":{"a":"1","a":"2","a":{"b":3}},"tags":[["a","4"]]}"#,
        r#"{"password":"x","password":"y","pass\u0077ord":"z"}"#,
        r#"{"a\u0000":1,"a\ufffd":2}"#,
    ];
    let many = format!("{{{}\"z\":0}}", "\"a\":0,".repeat(150_000));
    table(
        "a key that is there twice",
        events
            .map(str::to_owned)
            .into_iter()
            .chain([many])
            .map(|event| {
                (
                    event.chars().take(60).collect::<String>(),
                    Request::event(event),
                    taken(1),
                )
            }),
    )
}
