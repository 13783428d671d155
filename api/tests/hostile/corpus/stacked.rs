//! What `Content-Encoding` may say, and must not.

use super::bombs::gzip;
use crate::case::{Case, Expected, cases as table, refused, taken};
use crate::wire::{Request, framed};

pub(super) fn cases() -> Vec<Case> {
    let body = || framed(&[br#"{"message":"stacked"}"#]);
    let plain = |value: &[u8], expected: Expected| {
        let name: String = String::from_utf8_lossy(value).chars().take(60).collect();
        let request = Request::envelope(body()).header("content-encoding", value);
        (name, request, expected)
    };
    let unknown = || refused(415, "is not known");
    let mut all = table(
        "content-encoding",
        [
            plain(b"", taken(1)),
            plain(b",,, ,", taken(1)),
            plain(b"IDENTITY", taken(1)),
            plain(&b"identity,".repeat(5_000), taken(1)),
            plain(&b",".repeat(50_000), taken(1)),
            plain(b"compress", unknown()),
            plain(b"gzip;q=1", unknown()),
            plain(b"gzip deflate", unknown()),
            plain(b"*", unknown()),
            plain(b"\"gzip\"", unknown()),
            plain(b"aws-chunked", unknown()),
            plain(b"gz\xc4\xb1p", unknown()),
            plain(b"\xff\xfe\xfd", unknown()),
            plain(&b"x".repeat(50_000), unknown()),
            plain(
                b"gzip, gzip, gzip, gzip, gzip",
                refused(415, "more than 4 encodings"),
            ),
            plain(
                &b"gzip,".repeat(10_000),
                refused(415, "more than 4 encodings"),
            ),
            plain(b"gzip", refused(400, "not valid gzip")),
        ],
    );
    let twice = || Request::envelope(gzip(&gzip(&body())));
    all.extend(table(
        "content-encoding",
        [
            (
                "two headers, one each",
                twice().encoded("gzip").encoded("gzip"),
                taken(1),
            ),
            (
                "two headers, one of them unknown",
                twice().encoded("gzip").encoded("zip"),
                unknown(),
            ),
            (
                "one too few",
                twice().encoded("gzip"),
                refused(400, "first line"),
            ),
            (
                "one too many",
                twice().encoded("gzip, gzip, gzip"),
                refused(400, "not valid gzip"),
            ),
        ],
    ));
    all
}
