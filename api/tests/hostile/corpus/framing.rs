//! Envelopes whose items and lengths lie.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

const EVENT: &str = r#"{"message":"framed"}"#;

pub(super) fn cases() -> Vec<Case> {
    [lengths(), items()].into_iter().flatten().collect()
}

fn lengths() -> Vec<Case> {
    let length = |length: &str| {
        Request::envelope(format!(
            "{{}}\n{{\"type\":\"event\",\"length\":{length}}}\n{EVENT}\n"
        ))
    };
    let ignored = [
        "-1",
        "-0",
        "1.5",
        "1e99",
        "null",
        "true",
        "[]",
        "{}",
        "\"21\"",
        "18446744073709551616",
        "\"\\u0000\"",
    ];
    let mut all = table(
        "a length that is none counts as missing",
        ignored.map(|text| (text, length(text), taken(1))),
    );
    all.extend(table(
        "a length that lies",
        [
            (
                "zero",
                length("0"),
                refused(400, "item 1: no line end after the 0 bytes"),
            ),
            (
                "one too few",
                length("19"),
                refused(400, "item 1: no line end after the 19 bytes"),
            ),
            ("with the newline", length("21"), taken(1)),
            (
                "beyond the end",
                length("23"),
                refused(400, "says 23 bytes, but only"),
            ),
            (
                "2^31",
                length("2147483648"),
                refused(400, "says 2147483648 bytes, but only"),
            ),
            (
                "2^32 + 20",
                length("4294967316"),
                refused(400, "says 4294967316 bytes, but only"),
            ),
            (
                "2^63",
                length("9223372036854775808"),
                refused(400, "says 9223372036854775808 bytes, but only"),
            ),
            (
                "2^64 - 1",
                length("18446744073709551615"),
                refused(400, "says 18446744073709551615 bytes, but only"),
            ),
            (
                "a number of 10,000 digits",
                length(&"9".repeat(10_000)),
                refused(400, "item 1: its header"),
            ),
            (
                "given twice, the last counts",
                length("9,\"length\":20"),
                taken(1),
            ),
        ],
    ));
    all
}

fn items() -> Vec<Case> {
    let of = |lines: &[u8]| Request::envelope([b"{}\n", lines].concat());
    let header = || refused(400, "item 1: its header must be a JSON object");
    let events = |count: usize| framed(&vec![EVENT.as_bytes(); count]);
    let empty = b"{\"type\":\"event\",\"length\":0}\n\n".repeat(100);
    table(
        "items",
        [
            ("100 events", Request::envelope(events(100)), taken(100)),
            (
                "101 events",
                Request::envelope(events(101)),
                refused(400, "more than 100 items"),
            ),
            (
                "100,000 broken ones",
                of(&b"x\ny\n".repeat(100_000)),
                refused(400, "more than 100 items"),
            ),
            (
                "100 empty events",
                of(&empty),
                refused(400, "not valid JSON"),
            ),
            (
                "50,000 blank lines before one",
                of(&[&b"\r\n".repeat(50_000)[..], b"{\"type\":\"event\"}\n{}"].concat()),
                taken(1),
            ),
            ("no type", of(b"{}\n{}\n"), header()),
            (
                "a type that is a number",
                of(b"{\"type\":7}\n{}\n"),
                header(),
            ),
            ("a list as header", of(b"[\"event\"]\n{}\n"), header()),
            (
                "invalid UTF-8 in a header",
                of(b"{\"type\":\"\xff\"}\n{}\n"),
                header(),
            ),
            (
                "a header nested 500 deep",
                of(&[b"{\"a\":".repeat(500), b"1".to_vec(), b"}".repeat(500)].concat()),
                header(),
            ),
            (
                "a header that never ends",
                of(&vec![b'{'; 1 << 20]),
                header(),
            ),
            (
                "a type with NUL",
                of(b"{\"type\":\"event\\u0000\"}\n{}\n"),
                taken(0),
            ),
            (
                "a type of 60,000 bytes",
                of(&[b"{\"type\":\"", &[b'e'; 60_000][..], b"\"}\n{}\n"].concat()),
                taken(0),
            ),
            (
                "a type in capitals",
                of(b"{\"type\":\"EVENT\"}\n{}\n"),
                taken(0),
            ),
            (
                "a type like a path",
                of(b"{\"type\":\"../event\"}\n{}\n"),
                taken(0),
            ),
            (
                "two types",
                of(b"{\"type\":\"session\",\"type\":\"event\"}\n{}\n"),
                taken(1),
            ),
            (
                "an event without a payload",
                of(b"{\"type\":\"event\"}"),
                refused(400, "not valid JSON"),
            ),
            (
                "an attachment of 10 MB",
                of(&[
                    &b"{\"type\":\"attachment\",\"length\":10485760}\n"[..],
                    &vec![0; 10_485_760],
                ]
                .concat()),
                taken(0),
            ),
            (
                "an attachment that looks like items",
                of(b"{\"type\":\"attachment\",\"length\":20}\n{\"type\":\"event\"}\n{}\n\n"),
                taken(0),
            ),
            (
                "a broken one between good ones",
                of(b"{\"type\":\"event\"}\n{}\nbroken\nx\n{\"type\":\"event\"}\n{}\n"),
                taken(2),
            ),
            (
                "a good one behind a bad event",
                of(b"{\"type\":\"event\"}\n{bad\n{\"type\":\"event\"}\n{}\n"),
                taken(1),
            ),
            (
                "another envelope behind it",
                of(b"{\"type\":\"event\"}\n{}\n{}\n{\"type\":\"event\"}\n{}\n"),
                taken(1),
            ),
            ("nothing but NULs", of(&[0; 100_000]), header()),
        ],
    )
}
