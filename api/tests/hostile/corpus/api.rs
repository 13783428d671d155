//! The REST API, asked with a key in bad hands and with keys that are none.

use crate::case::{Case, answered, cases as table, refused, signed};
use crate::service::API_KEY;
use crate::wire::Request;

pub(super) const ERRORS: &str = "/api/v1/errors";

pub(super) fn cases() -> Vec<Case> {
    [questions(), keys()].into_iter().flatten().collect()
}

fn questions() -> Vec<Case> {
    let ask = |query: &str| signed("GET", &format!("{ERRORS}?{query}"), "");
    let bad = || refused(400, "");
    table(
        "a question",
        [
            ("with NUL", ask("search=%00"), bad()),
            (
                "with invalid UTF-8",
                ask("search=%ff%fe"),
                answered(200, "", 0),
            ),
            (
                "of 50,000 bytes",
                ask(&format!("search={}", "a".repeat(50_000))),
                refused(400, "search"),
            ),
            (
                "of wildcards",
                ask(&format!("search={}", "%25_".repeat(5_000))),
                refused(400, "search"),
            ),
            (
                "of SQL",
                ask("search=%27%29%3b%20drop%20table%20errors%3b--"),
                answered(200, "", 0),
            ),
            ("with a limit below zero", ask("limit=-1"), bad()),
            (
                "with a limit of 2^64",
                ask("limit=18446744073709551616"),
                bad(),
            ),
            (
                "with a page of 2^63",
                ask("page=9223372036854775807"),
                bad(),
            ),
            ("with a forged cursor", ask("cursor=AAAA"), bad()),
            ("with a status that is none", ask("status=%27"), bad()),
            (
                "for an id that is none",
                signed("GET", &format!("{ERRORS}/..%2f..%2f"), ""),
                refused(404, ""),
            ),
            (
                "for an occurrence that is none",
                signed("GET", "/api/v1/occurrences/%00", ""),
                refused(404, ""),
            ),
            (
                "with a position beyond all",
                ask("").header("x-bugsage-min-position", "9223372036854775808"),
                bad(),
            ),
        ],
    )
}

fn keys() -> Vec<Case> {
    let with = |value: &[u8]| Request::new("GET", ERRORS, "").header("authorization", value);
    let no = || refused(401, "");
    table(
        "a key to the API",
        [
            ("that is missing", Request::new("GET", ERRORS, ""), no()),
            ("that is empty", with(b"Bearer "), no()),
            ("that is unknown", with(b"Bearer bsk_x"), no()),
            ("with NUL's escape", with(b"Bearer %00"), no()),
            ("of bytes", with(b"Bearer \xff\xfe"), no()),
            (
                "of 100,000 bytes",
                with(&[b"Bearer ", &[b'a'; 100_000][..]].concat()),
                no(),
            ),
            (
                "with another scheme",
                with(format!("Basic {API_KEY}").as_bytes()),
                no(),
            ),
            (
                "given twice",
                with(b"Bearer bsk_x").header("authorization", format!("Bearer {API_KEY}")),
                no(),
            ),
        ],
    )
}
