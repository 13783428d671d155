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
    all.extend(ids());
    all.extend(moments());
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

fn ids() -> Vec<Case> {
    let long = "f".repeat(100_000);
    let ids = [
        "",
        " ",
        "0",
        "not-an-id",
        "fc6d8c0c43fc4630ad850ee518f1b9d",
        "fc6d8c0c43fc4630ad850ee518f1b9d00",
        "gc6d8c0c43fc4630ad850ee518f1b9d0",
        "{fc6d8c0c-43fc-4630-ad85-0ee518f1b9d1}",
        "urn:uuid:fc6d8c0c-43fc-4630-ad85-0ee518f1b9d2",
        "FC6D8C0C43FC4630AD850EE518F1B9D3",
        "ffffffffffffffffffffffffffffffff",
        "\u{ff10}c6d8c0c43fc4630ad850ee518f1b9d0",
        "' or 1=1 --",
        &long,
    ];
    table(
        "an id",
        ids.map(|id| {
            let shown: String = id.chars().take(50).collect();
            (
                shown,
                Request::event(serde_json::json!({ "event_id": id }).to_string()),
                taken(1),
            )
        }),
    )
}

fn moments() -> Vec<Case> {
    let moments = [
        "-1e300",
        "1e300",
        "-62135596801",
        "253402300800",
        "9.9e17",
        "\"\"",
        "\"yesterday\"",
        "\"0000-01-01T00:00:00Z\"",
        "\"-9999-01-01T00:00:00Z\"",
        "\"+262143-12-31T23:59:59Z\"",
        "\"2026-02-30T00:00:00Z\"",
        "\"2026-01-01T24:00:00Z\"",
        "\"2026-12-31T23:59:60Z\"",
        "\"2026-01-01T00:00:00+99:99\"",
        "\"inf\"",
        "\"-nan\"",
        "\"1e999\"",
    ];
    table(
        "a time",
        moments.map(|at| {
            (
                at,
                Request::event(format!(r#"{{"timestamp":{at}}}"#)),
                taken(1),
            )
        }),
    )
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
