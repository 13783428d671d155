//! What stands between the first line of a request and its body.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

pub(super) fn body() -> Vec<u8> {
    framed(&[br#"{"message":"headed"}"#])
}

pub(super) fn good() -> Request {
    Request::envelope(body())
}

pub(super) fn cases() -> Vec<Case> {
    let many =
        |count: usize| (0..count).fold(good(), |request, n| request.header(&format!("x-{n}"), "1"));
    let bad = || refused(400, "");
    table(
        "headers",
        [
            ("90 of them", many(90), taken(1)),
            ("200 of them", many(200), refused(431, "")),
            ("100,000 of them", many(100_000), refused(431, "")),
            (
                "one of 300,000 bytes",
                good().header("x-long", vec![b'a'; 300_000]),
                taken(1),
            ),
            (
                "one of 2 MB",
                good().header("x-long", vec![b'a'; 2 << 20]),
                refused(431, ""),
            ),
            (
                "one that never ends",
                Request::envelope("")
                    .own_framing()
                    .line(format!("POST / HTTP/1.1\r\nx-a: {}", "a".repeat(5 << 20))),
                refused(431, ""),
            ),
            (
                "a name of 70,000 bytes",
                good().header(&"x".repeat(70_000), "1"),
                refused(431, ""),
            ),
            ("an empty name", good().header("", "1"), bad()),
            ("a name with a space", good().header("x y", "1"), bad()),
            ("a name in UTF-8", good().header("é", "1"), bad()),
            ("NUL in a value", good().header("x-a", "a\0b"), bad()),
            (
                "a bare carriage return in a value",
                good().header("x-a", "a\rb"),
                bad(),
            ),
            ("a folded line", good().header("x-a", "a\r\n b"), bad()),
            (
                "bytes beyond ASCII",
                good().header("x-a", b"\xff\xfe\x80"),
                taken(1),
            ),
            (
                "lines that end without carriage return",
                good().header("x-a", "1\nx-b: 2"),
                taken(1),
            ),
            ("no colon", good().header("x-a", "1\r\nnonsense"), bad()),
            (
                "a wish to continue",
                good().header("expect", "100-continue"),
                taken(1),
            ),
            (
                "an unknown wish",
                good().header("expect", "miracles"),
                taken(1),
            ),
            (
                "a wish for WebSocket",
                good().header("upgrade", "websocket"),
                taken(1),
            ),
            (
                "a request id with a newline's escape",
                good().header("x-request-id", "a%0d%0aset-cookie: x"),
                taken(1),
            ),
            (
                "a request id of 100,000 bytes",
                good().header("x-request-id", "a".repeat(100_000)),
                taken(1),
            ),
            (
                "a request id beyond ASCII",
                good().header("x-request-id", b"\xff"),
                taken(1),
            ),
            (
                "a content type of nonsense",
                good().header("content-type", b"\xff;;=,"),
                taken(1),
            ),
        ],
    )
}
