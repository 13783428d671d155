//! Envelopes whose first line is odd.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

const EVENT: &str = r#"{"message":"framed"}"#;

pub(super) fn cases() -> Vec<Case> {
    let first = |line: &[u8]| {
        Request::envelope([line, b"\n{\"type\":\"event\"}\n", EVENT.as_bytes()].concat())
    };
    let no = || refused(400, "first line must be a JSON object");
    let deep = [b"{\"a\":".repeat(500), b"1".to_vec(), b"}".repeat(500)].concat();
    let names: Vec<u8> = (0..3_000)
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
            ("3,000 members", first(&wide), taken(1)),
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
                "a DSN of 60,000 bytes",
                first(&[b"{\"dsn\":\"http://", &[b'a'; 60_000][..], b"@x/7\"}"].concat()),
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
                first(&[&[b' '; 65_534][..], b"{}"].concat()),
                taken(1),
            ),
            (
                "a space too many before it",
                first(&[&[b' '; 65_535][..], b"{}"].concat()),
                refused(400, "more than 65536 bytes"),
            ),
            ("a carriage return after it", first(b"{}\r"), taken(1)),
        ],
    )
}
