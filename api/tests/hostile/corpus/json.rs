//! Events that are no JSON or no UTF-8.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    let no = || refused(400, "the event is not valid JSON");
    let bytes = || refused(400, "the event is not valid UTF-8");
    let object = || refused(400, "the event is not a JSON object");
    let deep = || refused(400, "nested deeper than the limit of 64 levels");
    let nested = |open: &str, close: &str, depth: usize| {
        Request::event(
            [
                b"{\"extra\":",
                open.repeat(depth).as_bytes(),
                b"1",
                close.repeat(depth).as_bytes(),
                b"}",
            ]
            .concat(),
        )
    };
    table(
        "an event",
        [
            ("cut in a key", Request::event(r#"{"mess"#), no()),
            (
                "cut in an escape",
                Request::event(r#"{"message":"\u00"#),
                no(),
            ),
            (
                "cut in a literal",
                Request::event(r#"{"message":tru"#),
                no(),
            ),
            (
                "with a comma too many",
                Request::event(r#"{"message":"a",}"#),
                no(),
            ),
            (
                "with single quotes",
                Request::event("{'message':'a'}"),
                no(),
            ),
            (
                "with a comment",
                Request::event("{/**/\"message\":\"a\"}"),
                no(),
            ),
            ("with NaN", Request::event(r#"{"timestamp":NaN}"#), no()),
            (
                "with Infinity",
                Request::event(r#"{"timestamp":-Infinity}"#),
                no(),
            ),
            ("with a plus", Request::event(r#"{"timestamp":+1}"#), no()),
            (
                "with a leading zero",
                Request::event(r#"{"timestamp":01}"#),
                no(),
            ),
            (
                "with a bare exponent",
                Request::event(r#"{"timestamp":1e}"#),
                no(),
            ),
            ("with 1e400", Request::event(r#"{"timestamp":1e400}"#), no()),
            (
                "with a raw NUL",
                Request::event("{\"message\":\"a\0b\"}"),
                no(),
            ),
            (
                "with a raw newline in a text",
                Request::event("{\"message\":\"a\nb\"}"),
                no(),
            ),
            (
                "with an unknown escape",
                Request::event(r#"{"message":"\x41"}"#),
                no(),
            ),
            ("with more behind it", Request::event("{} {}"), no()),
            ("with NULs behind it", Request::event("{}\0\0\0"), no()),
            ("with a byte order mark", Request::event("\u{feff}{}"), no()),
            (
                "in UTF-16",
                Request::event(b"{\0\"\0a\0\"\0:\x001\0}\0"),
                no(),
            ),
            (
                "in Latin-1",
                Request::event(b"{\"message\":\"caf\xe9\"}"),
                bytes(),
            ),
            (
                "with an overlong slash",
                Request::event(b"{\"message\":\"\xc0\xaf\"}"),
                bytes(),
            ),
            (
                "with an overlong NUL",
                Request::event(b"{\"message\":\"\xc0\x80\"}"),
                bytes(),
            ),
            (
                "with a surrogate in UTF-8",
                Request::event(b"{\"message\":\"\xed\xa0\x80\"}"),
                bytes(),
            ),
            (
                "beyond Unicode",
                Request::event(b"{\"message\":\"\xf4\x90\x80\x80\"}"),
                bytes(),
            ),
            (
                "with a character cut",
                Request::event(b"{\"message\":\"\xf0\x9f\x98\"}"),
                bytes(),
            ),
            (
                "of random bytes",
                Request::event((0..=255).collect::<Vec<u8>>().repeat(40)),
                bytes(),
            ),
            ("that is a list", Request::event("[]"), object()),
            (
                "that is a list of events",
                Request::event(r#"[{"message":"a"}]"#),
                object(),
            ),
            ("that is null", Request::event("null"), object()),
            ("that is a text", Request::event("\"event\""), object()),
            ("that is a number", Request::event("7"), object()),
            ("nested 63 lists deep", nested("[", "]", 63), taken(1)),
            ("nested 64 lists deep", nested("[", "]", 64), deep()),
            ("nested 64 objects deep", nested("{\"a\":", "}", 64), deep()),
            (
                "nested 100,000 lists deep",
                nested("[", "]", 100_000),
                deep(),
            ),
            (
                "of 1,000,000 opening brackets",
                Request::event("[".repeat(1_000_000)),
                deep(),
            ),
            (
                "of 180,000 opening objects",
                Request::event("{\"a\":".repeat(180_000)),
                deep(),
            ),
        ],
    )
}
