//! Numbers beyond every bound, and keys that are there twice.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    [numbers(), twice()].into_iter().flatten().collect()
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
