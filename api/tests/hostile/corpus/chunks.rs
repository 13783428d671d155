//! Bodies whose end is told wrongly, twice or never.

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

fn body() -> Vec<u8> {
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

fn long(length: &str) -> Request {
    Request::envelope(body())
        .own_framing()
        .header("content-length", length)
}

pub(super) fn cases() -> Vec<Case> {
    let early = || refused(400, "the body ended early");
    let bad = || refused(400, "");
    let n = body().len();
    let exact = || long(&n.to_string());
    let mut all = table(
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
    );
    all.extend(table(
        "a length",
        [
            ("that is right", exact(), taken(1)),
            (
                "given twice, the same",
                exact().header("content-length", &n.to_string()),
                taken(1),
            ),
            (
                "given twice, another",
                exact().header("content-length", "3"),
                bad(),
            ),
            ("that is a list", long(&format!("{n}, {n}")), bad()),
            ("below zero", long("-1"), bad()),
            ("with a plus", long(&format!("+{n}")), bad()),
            ("in hexadecimal", long("0x10"), bad()),
            ("that is empty", long(""), bad()),
            ("that is a word", long("many"), bad()),
            ("of 2^64", long("18446744073709551616"), bad()),
            (
                "of 2^64 - 1",
                long("18446744073709551615"),
                refused(431, ""),
            ),
            (
                "of 21 MB, and nothing behind it",
                long("22020096"),
                refused(413, "more than 20971520 bytes"),
            ),
            (
                "a little too large, and gone",
                long(&(n + 1).to_string()).cut(),
                early(),
            ),
            (
                "too small: the rest is another request",
                long("3"),
                taken(0),
            ),
            (
                "none at all",
                Request::envelope(body()).own_framing(),
                refused(400, "first line"),
            ),
            (
                "of a body of 21 MB",
                Request::envelope(vec![b' '; 21 << 20]),
                refused(413, "more than 20971520 bytes"),
            ),
        ],
    ));
    all.extend(table(
        "a connection",
        [(
            "that is gone within the headers",
            Request::envelope("")
                .own_framing()
                .line("POST / HTTP/1.1\r\nx")
                .cut(),
            refused(400, ""),
        )],
    ));
    all
}
