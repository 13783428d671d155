//! Texts that no database takes, and texts that patterns might read again and again.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    [odd(), costly()].into_iter().flatten().collect()
}

fn odd() -> Vec<Case> {
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
