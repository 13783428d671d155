//! Bodies in chunks that end wrongly or never.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

pub(super) fn body() -> Vec<u8> {
    framed(&[br#"{"message":"chunked"}"#])
}

/// The body in chunks of so many bytes, with this behind each size.
fn chunks(size: usize, extension: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for chunk in body().chunks(size) {
        all.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
        all.extend_from_slice(chunk);
        all.extend_from_slice(b"\r\n");
    }
    all.extend_from_slice(b"0\r\n\r\n");
    all
}

fn chunked(bytes: impl Into<Vec<u8>>) -> Request {
    Request::envelope(bytes)
        .own_framing()
        .header("transfer-encoding", "chunked")
}

pub(super) fn cases() -> Vec<Case> {
    let early = || refused(400, "the body ended early");
    let bad = || refused(400, "");
    let n = body().len();
    table(
        "chunks",
        [
            ("of a byte each", chunked(chunks(1, "")), taken(1)),
            (
                "with sizes in capitals and zeros",
                chunked(
                    [
                        format!("000{n:X}\r\n").as_bytes(),
                        &body(),
                        b"\r\n0\r\n\r\n",
                    ]
                    .concat(),
                ),
                taken(1),
            ),
            (
                "with extensions",
                chunked(chunks(9, ";a=b;c=\"d\"")),
                taken(1),
            ),
            (
                "with an extension of 100,000 bytes",
                chunked(chunks(99, &format!(";{}", "a".repeat(100_000)))),
                early(),
            ),
            (
                "with extensions of 3 KB on each",
                chunked(chunks(1, &format!(";{}", "a".repeat(3_000)))),
                early(),
            ),
            (
                "with a size that is none",
                chunked("xyz\r\n{}\n\r\n0\r\n\r\n"),
                early(),
            ),
            (
                "with a size below zero",
                chunked("-1\r\n{}\n\r\n0\r\n\r\n"),
                early(),
            ),
            (
                "with a size of 2^64",
                chunked("10000000000000000\r\n{}\n\r\n0\r\n\r\n"),
                early(),
            ),
            (
                "with a size of 2^64 - 1, and gone",
                chunked("ffffffffffffffff\r\n{}\n").cut(),
                early(),
            ),
            (
                "with a size too small",
                chunked("1\r\n{}\n\r\n0\r\n\r\n"),
                early(),
            ),
            (
                "with no end, and gone",
                chunked("3\r\n{}\n\r\n").cut(),
                early(),
            ),
            (
                "with a trailer",
                chunked([&chunks(9, "")[..chunks(9, "").len() - 2], b"x-a: b\r\n\r\n"].concat()),
                taken(1),
            ),
            (
                "with 10,000 trailers",
                chunked(
                    [
                        &chunks(9, "")[..chunks(9, "").len() - 2],
                        &b"x-a: b\r\n".repeat(10_000),
                        b"\r\n",
                    ]
                    .concat(),
                ),
                early(),
            ),
            (
                "with 21 MB",
                chunked(
                    [
                        &b"1500000\r\n"[..],
                        &vec![b' '; 0x0150_0000],
                        b"\r\n0\r\n\r\n",
                    ]
                    .concat(),
                ),
                refused(413, "more than 20971520 bytes"),
            ),
            (
                "named twice",
                chunked(chunks(9, "")).header("transfer-encoding", "chunked"),
                refused(501, "once and alone"),
            ),
            (
                "named twice on one line",
                Request::envelope(chunks(9, ""))
                    .own_framing()
                    .header("transfer-encoding", "chunked, chunked"),
                refused(501, "once and alone"),
            ),
            (
                "behind another coding",
                Request::envelope(chunks(9, ""))
                    .own_framing()
                    .header("transfer-encoding", "gzip, chunked"),
                refused(501, "once and alone"),
            ),
            (
                "named in capitals",
                Request::envelope(chunks(9, ""))
                    .own_framing()
                    .header("transfer-encoding", "CHUNKED"),
                taken(1),
            ),
            (
                "not named last",
                Request::envelope(chunks(9, ""))
                    .own_framing()
                    .header("transfer-encoding", "chunked, gzip"),
                bad(),
            ),
            (
                "named otherwise",
                Request::envelope(chunks(9, ""))
                    .own_framing()
                    .header("transfer-encoding", "xchunked"),
                bad(),
            ),
            (
                "beside a length that lies",
                chunked(chunks(9, "")).header("content-length", "4"),
                taken(1),
            ),
        ],
    )
}
