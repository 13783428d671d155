//! Envelopes whose lines and lengths lie.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

const EVENT: &str = r#"{"message":"framed"}"#;

pub(super) fn cases() -> Vec<Case> {
    [first_lines(), lengths(), items()]
        .into_iter()
        .flatten()
        .collect()
}

fn first_lines() -> Vec<Case> {
    let first = |line: &[u8]| {
        Request::envelope([line, b"\n{\"type\":\"event\"}\n", EVENT.as_bytes()].concat())
    };
    let no = || refused(400, "first line must be a JSON object");
    let deep = [b"{\"a\":".repeat(500), b"1".to_vec(), b"}".repeat(500)].concat();
    let names: Vec<u8> = (0..50_000)
        .flat_map(|n| format!("\"k{n}\":0,").into_bytes())
        .collect();
    let wide = [b"{", &names[..], b"\"z\":0}"].concat();
    table(
        "first line",
        [
            ("nothing", Request::envelope(""), no()),
            ("a newline", Request::envelope("\n"), no()),
            ("a NUL", Request::envelope("\0"), no()),
            ("a byte order mark", first(b"\xef\xbb\xbf{}"), no()),
            ("UTF-16", first(b"{\0}\0"), no()),
            (
                "invalid UTF-8 in a text",
                first(b"{\"dsn\":\"\xff\xfe\"}"),
                no(),
            ),
            ("invalid UTF-8 outside of texts", first(b"\xff{}"), no()),
            ("a lone surrogate", first(br#"{"sdk":"\ud800"}"#), no()),
            ("a list", first(b"[]"), no()),
            ("a number", first(b"1e400"), no()),
            ("two objects", first(b"{}{}"), no()),
            ("half an object", first(b"{\"dsn\":"), no()),
            ("nested 500 deep", first(&deep), no()),
            (
                "a number of a megabyte",
                first(&[b"{\"a\":", &[b'9'; 1 << 20][..], b"}"].concat()),
                no(),
            ),
            ("50,000 members", first(&wide), taken(1)),
            (
                "a member 1,000 times",
                first(&[b"{", &b"\"sdk\":0,".repeat(1_000)[..], b"\"sdk\":1}"].concat()),
                taken(1),
            ),
            (
                "NUL in a key and a text",
                first(br#"{"\u0000":"\u0000","event_id":"\u0000"}"#),
                taken(1),
            ),
            (
                "the DSN of another project",
                first(br#"{"dsn":"http://00000000000000000000000000000008@x/8"}"#),
                refused(403, "different keys"),
            ),
            (
                "a DSN of a megabyte",
                first(&[b"{\"dsn\":\"http://", &[b'a'; 1 << 20][..], b"@x/7\"}"].concat()),
                refused(403, "different keys"),
            ),
            (
                "a DSN that is none",
                first(br#"{"dsn":"://@/@:@//"}"#),
                taken(1),
            ),
            (
                "a DSN of another kind",
                first(br#"{"dsn":{"a":[1]}}"#),
                taken(1),
            ),
            (
                "an id that is none",
                first(br#"{"event_id":"../../etc/passwd"}"#),
                taken(1),
            ),
            (
                "an id of zeros",
                first(br#"{"event_id":"00000000000000000000000000000000"}"#),
                taken(1),
            ),
            (
                "spaces before it",
                first(&[&[b' '; 100_000][..], b"{}"].concat()),
                taken(1),
            ),
            ("a carriage return after it", first(b"{}\r"), taken(1)),
        ],
    )
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
                "a type of a megabyte",
                of(&[b"{\"type\":\"", &[b'e'; 1 << 20][..], b"\"}\n{}\n"].concat()),
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
