//! Bodies whose length is told wrongly, twice or never.

use super::chunks::body;
use crate::case::{Case, cases as table, refused, taken};
use crate::wire::Request;

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
        "a length",
        [
            ("that is right", exact(), taken(1)),
            (
                "given twice, the same",
                exact().header("content-length", n.to_string()),
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
            // 413 would say more; hyper keeps the two largest numbers for itself, and answers
            // this one as it answers headers that are too long.
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
    );
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
