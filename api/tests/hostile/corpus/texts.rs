//! Events that are no JSON, no UTF-8, or texts that no database takes.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    [no_json(), odd_texts(), nul_everywhere(), costly()]
        .into_iter()
        .flatten()
        .collect()
}

fn no_json() -> Vec<Case> {
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

fn odd_texts() -> Vec<Case> {
    let text = |text: &str| Request::event(format!(r#"{{"message":"{text}"}}"#));
    let json_in_text = (0..6).fold("1".to_owned(), |inside, _| {
        serde_json::json!({ "password": inside }).to_string()
    });
    let json_in_text = serde_json::json!({ "message": json_in_text }).to_string();
    table(
        "a text",
        [
            ("of a lone high surrogate", text(r"\ud800"), taken(1)),
            ("of a lone low surrogate", text(r"a\udfffb"), taken(1)),
            (
                "of surrogates the wrong way round",
                text(r"\udc00\ud800"),
                taken(1),
            ),
            (
                "of 10,000 lone surrogates",
                text(&r"\ud800".repeat(10_000)),
                taken(1),
            ),
            (
                "of a surrogate and half an escape",
                text(r"\ud800\u00"),
                refused(400, "not valid JSON"),
            ),
            (
                "of backslashes before a surrogate",
                text(r"\\\\\ud800\\ud800"),
                taken(1),
            ),
            ("with an escaped NUL", text(r"a\u0000b"), taken(1)),
            (
                "of 50,000 escaped NULs",
                text(&r"\u0000".repeat(50_000)),
                taken(1),
            ),
            (
                "with every control character",
                text(&(0..32).map(|c| format!("\\u{c:04x}")).collect::<String>()),
                taken(1),
            ),
            (
                "written from right to left",
                text("\u{202e}\u{2066}gpj.exe"),
                taken(1),
            ),
            (
                "of a character with 20,000 accents",
                text(&format!("a{}", "\u{301}".repeat(20_000))),
                taken(1),
            ),
            (
                "of characters outside the first plane",
                text(&"\u{1F4A3}\u{10FFFF}".repeat(5_000)),
                taken(1),
            ),
            (
                "of noncharacters",
                text("\u{fffe}\u{ffff}\u{1fffe}"),
                taken(1),
            ),
            (
                "that is SQL",
                text("'; drop table occurrences; --"),
                taken(1),
            ),
            (
                "that is a script",
                text("<script>alert(1)</script>"),
                taken(1),
            ),
            (
                "that is a terminal's command",
                text(r"\u001b]0;owned\u0007\u001b[2J"),
                taken(1),
            ),
            ("that is a log line", text(r"a\r\nERROR forged"), taken(1)),
            (
                "that is a format",
                text("%s%n{0}{{}}${jndi:ldap://x}"),
                taken(1),
            ),
            (
                "of JSON in JSON in JSON",
                Request::event(json_in_text),
                taken(1),
            ),
            (
                "a little under a megabyte",
                text(&"x".repeat((1 << 20) - 20)),
                taken(1),
            ),
            (
                "a little over a megabyte",
                text(&"x".repeat(1 << 20)),
                refused(413, "at most 1048576"),
            ),
        ],
    )
}

/// PostgreSQL refuses NUL in every text and in every `jsonb`.
fn nul_everywhere() -> Vec<Case> {
    let fields = [
        "message",
        "logger",
        "transaction",
        "platform",
        "level",
        "release",
        "environment",
        "server_name",
        "event_id",
        "timestamp",
        "checksum",
        "dist",
    ];
    let whole = fields.map(|field| {
        let event = format!(r#"{{"{field}":"a\u0000b","{field}\u0000":"c"}}"#);
        (field, Request::event(event), taken(1))
    });
    let parts = [
        ("a key", r#"{"\u0000":1}"#),
        ("a tag", r#"{"tags":{"a\u0000":"b\u0000"}}"#),
        ("a tag's pair", r#"{"tags":[["a\u0000","b\u0000"]]}"#),
        (
            "a user",
            r#"{"user":{"id":"\u0000","email":"\u0000@\u0000","ip_address":"\u0000"}}"#,
        ),
        (
            "an exception",
            r#"{"exception":{"values":[{"type":"\u0000","value":"\u0000","module":"\u0000"}]}}"#,
        ),
        (
            "a frame",
            r#"{"exception":{"values":[{"type":"E","stacktrace":{"frames":[{"function":"\u0000f","module":"\u0000","filename":"\u0000","abs_path":"\u0000","context_line":"\u0000"}]}}]}}"#,
        ),
        (
            "a thread",
            r#"{"threads":{"values":[{"id":"\u0000","name":"\u0000","crashed":true,"stacktrace":{"frames":[]}}]}}"#,
        ),
        (
            "a breadcrumb",
            r#"{"breadcrumbs":[{"message":"\u0000","data":{"\u0000":"\u0000"}}]}"#,
        ),
        (
            "a fingerprint",
            r#"{"fingerprint":["\u0000","{{ \u0000 }}"]}"#,
        ),
        (
            "a context",
            r#"{"contexts":{"\u0000":{"\u0000":["\u0000"]}}}"#,
        ),
        (
            "a secret's name",
            r#"{"extra":{"pass\u0000word":"x","password":"\u0000"}}"#,
        ),
        ("a JSON text", r#"{"message":"{\"a\":\"\\u0000\"}"}"#),
    ];
    let parts = parts.map(|(name, event)| (name, Request::event(event), taken(1)));
    table("NUL", whole.into_iter().chain(parts))
}

/// Texts that patterns might read again and again.
fn costly() -> Vec<Case> {
    let pieces = [
        "a@a.a",
        "://a:b@",
        "password=",
        "password: ",
        "\\\"token\\\":\\\"",
        "Bearer ",
        "Cookie: a",
        "x-key-",
        "1.1.1.1",
        "::1:",
        "4111 ",
        "-----BEGIN PRIVATE KEY",
        "eyJ",
        "{",
        "[[",
        "<",
        "(",
        "a::",
        "--password ",
        "\\n",
        "at f (a:1:2)\\n",
        "Traceback (most recent call last):\\n",
    ];
    let lines = pieces.map(|piece| {
        let text = piece.repeat(900_000 / piece.len());
        let event = format!(r#"{{"message":"{text}"}}"#);
        (
            format!("{piece:?} again and again"),
            Request::event(event),
            taken(1),
        )
    });
    table("a costly text", lines)
}
