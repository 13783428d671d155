//! First lines of a request, up to what is no HTTP at all.

use super::headers::good;
use crate::case::{Case, cases as table, keyed, refused, taken};
use crate::service::PROJECT;

pub(super) fn cases() -> Vec<Case> {
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
