//! The older endpoint: one event, plain or packed in base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::bombs::{gzip, zlib};
use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    let neither = || refused(400, "neither a JSON object nor base64");
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
    let zeros = vec![0; 2 << 20];
    table(
        "store",
        [
            (
                "nothing",
                Request::store(""),
                refused(400, "the body is empty"),
            ),
            (
                "spaces",
                Request::store(" ".repeat(100_000)),
                refused(400, "the body is empty"),
            ),
            ("a list", Request::store("[]"), neither()),
            ("a text", Request::store("\"a\""), neither()),
            ("NUL", Request::store("\0"), neither()),
            ("invalid UTF-8", Request::store(b"\xff\xfe"), neither()),
            (
                "invalid UTF-8 in a text",
                Request::store(b"{\"message\":\"\xff\"}"),
                refused(400, "not valid UTF-8"),
            ),
            (
                "broken JSON",
                Request::store("{"),
                refused(400, "not valid JSON"),
            ),
            (
                "an envelope",
                Request::store("{}\n{\"type\":\"event\"}\n{}"),
                refused(400, "not valid JSON"),
            ),
            (
                "spaces around it",
                Request::store(format!("{0}{{}}{0}", " \r\n".repeat(10_000))),
                taken(1),
            ),
            (
                "a megabyte and a byte",
                Request::store(format!("{{{}}}", " ".repeat((1 << 20) - 1))),
                refused(413, "1048576 bytes"),
            ),
            (
                "nested 10,000 deep",
                Request::store(format!("{{\"a\":{}", "[".repeat(10_000))),
                refused(400, "nested deeper"),
            ),
            (
                "base64 of zlib",
                Request::store(base64(&zlib(b"{}"))),
                taken(1),
            ),
            (
                "base64 of a bomb",
                Request::store(base64(&zlib(&zeros))),
                refused(413, "larger than 1048576"),
            ),
            (
                "base64 of gzip",
                Request::store(base64(&gzip(b"{}"))),
                refused(400, "not valid deflate"),
            ),
            (
                "base64 of plain JSON",
                Request::store(base64(b"{}")),
                refused(400, "not valid deflate"),
            ),
            (
                "base64 for addresses",
                Request::store(URL_SAFE.encode([0xfb, 0xff, 0xfe])),
                neither(),
            ),
            (
                "base64 without its padding",
                Request::store("eJyrrgUAAXUA+Q"),
                neither(),
            ),
            (
                "base64 with a newline",
                Request::store("eJyr\nrgUAAXUA+Q=="),
                neither(),
            ),
            ("base64 of nothing", Request::store("===="), neither()),
            (
                "20 MB of base64",
                Request::store("A".repeat(20 << 20)),
                refused(400, "not valid deflate"),
            ),
            (
                "gzip around base64 of a bomb",
                Request::store(gzip(base64(&zlib(&zeros)).as_bytes())).encoded("gzip"),
                refused(413, "larger than 1048576"),
            ),
        ],
    )
}
