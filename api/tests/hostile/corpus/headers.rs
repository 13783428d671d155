//! What stands before the body, up to what is no HTTP at all.

use crate::case::{Case, answered, cases as table, keyed, refused, taken};
use crate::service::{KEY, PROJECT};
use crate::wire::{Request, framed};

fn body() -> Vec<u8> {
    framed(&[br#"{"message":"headed"}"#])
}

fn good() -> Request {
    Request::envelope(body())
}

pub(super) fn cases() -> Vec<Case> {
    [lines(), headers(), keys()].into_iter().flatten().collect()
}

fn lines() -> Vec<Case> {
    let line = |line: &str| good().line(line);
    let path = keyed(&format!("/api/{PROJECT}/envelope/"));
    let bad = || refused(400, "");
    table(
        "a request line",
        [
            ("of garbage", line("GARBAGE"), bad()),
            ("of nothing", line(""), bad()),
            ("of NULs", line("\0\0\0\0"), bad()),
            ("of a TLS greeting", line("\x16\x03\x01\x02\x00\x01"), bad()),
            ("without a version", line(&format!("POST {path}")), bad()),
            ("of HTTP/0.9", line(&format!("POST {path} HTTP/0.9")), bad()),
            ("of HTTP/3.0", line(&format!("POST {path} HTTP/3.0")), bad()),
            (
                "of HTTP/1.0",
                line(&format!("POST {path} HTTP/1.0")),
                taken(1),
            ),
            (
                "in small letters",
                line(&format!("post {path} HTTP/1.1")),
                refused(405, ""),
            ),
            (
                "of an unknown method",
                line(&format!("BREW {path} HTTP/1.1")),
                refused(405, ""),
            ),
            (
                "of a method of 10,000 letters",
                line(&format!("{} {path} HTTP/1.1", "X".repeat(10_000))),
                refused(405, ""),
            ),
            (
                "that connects",
                line("CONNECT 127.0.0.1:22 HTTP/1.1"),
                refused(404, ""),
            ),
            (
                "that traces",
                line(&format!("TRACE {path} HTTP/1.1")),
                refused(405, ""),
            ),
            (
                "with spaces in the address",
                line(&format!("POST /a b{path} HTTP/1.1")),
                bad(),
            ),
            (
                "with a raw NUL in the address",
                line(&format!("POST /\0{path} HTTP/1.1")),
                bad(),
            ),
            (
                "of another host",
                line(&format!("POST http://169.254.169.254{path} HTTP/1.1")),
                taken(1),
            ),
            (
                "of 60,000 bytes",
                line(&format!("POST {path}&{} HTTP/1.1", "a".repeat(60_000))),
                taken(1),
            ),
            (
                "of 100,000 bytes",
                line(&format!("POST {path}&{} HTTP/1.1", "a".repeat(100_000))),
                refused(414, ""),
            ),
            (
                "of HTTP/2 without HTTP/2",
                line("PRI * HTTP/2.0").own_framing(),
                bad(),
            ),
        ],
    )
}

fn headers() -> Vec<Case> {
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

fn keys() -> Vec<Case> {
    let path = format!("/api/{PROJECT}/envelope/");
    let asked = |query: &str| Request::new("POST", &format!("{path}?{query}"), body());
    let auth = |value: &[u8]| Request::new("POST", &path, body()).header("x-sentry-auth", value);
    let unknown = || refused(403, "sentry_key is unknown");
    let none = || refused(403, "no key");
    table(
        "a key",
        [
            ("that is none", asked("sentry_key"), none()),
            ("that is empty", asked("sentry_key="), none()),
            ("that is unknown", asked("sentry_key=1"), unknown()),
            ("of NUL", asked("sentry_key=%00"), unknown()),
            ("of broken escapes", asked("sentry_key=%e2%28%"), unknown()),
            ("of invalid UTF-8", asked("sentry_key=%ff%fe"), unknown()),
            (
                "of SQL",
                asked("sentry_key=%27%20or%201%3d1%20--"),
                unknown(),
            ),
            (
                "of 50,000 bytes",
                asked(&format!("sentry_key={}", "a".repeat(50_000))),
                unknown(),
            ),
            (
                "in capitals and with spaces",
                asked(&format!("sentry_key=+{KEY}+")),
                unknown(),
            ),
            (
                "given 1,000 times",
                asked(&format!("sentry_key={KEY}&").repeat(1_000)),
                taken(1),
            ),
            (
                "of another project",
                asked("sentry_key=00000000000000000000000000000008"),
                refused(403, "another project"),
            ),
            (
                "in a header, and another in the query",
                asked("sentry_key=1").header("x-sentry-auth", format!("Sentry sentry_key={KEY}")),
                refused(403, "different keys"),
            ),
            (
                "in a header without a scheme",
                auth(format!("sentry_key={KEY}").as_bytes()),
                taken(1),
            ),
            (
                "in a header of bytes",
                auth(b"Sentry sentry_key=\xff"),
                none(),
            ),
            ("in a header of commas", auth(&b",=".repeat(50_000)), none()),
            ("in a header of quotes", auth(&b"\"".repeat(1_000)), none()),
            (
                "in a multibyte scheme",
                auth("Sentr\u{e9} sentry_key=1".as_bytes()),
                none(),
            ),
            (
                "as a password",
                Request::new("POST", &path, body()).header("authorization", "Basic Og=="),
                none(),
            ),
            (
                "in a cookie",
                Request::new("POST", &path, body()).header("cookie", format!("sentry_key={KEY}")),
                none(),
            ),
            (
                "missing, with a bomb behind it",
                Request::new("POST", &path, vec![b' '; 1 << 20]).encoded("gzip"),
                answered(400, "not valid gzip", 0),
            ),
        ],
    )
}
