//! The REST API, with a key in bad hands.

use crate::case::{Case, answered, cases as table, refused, signed};
use crate::service::API_KEY;
use crate::wire::Request;

const ERRORS: &str = "/api/v1/errors";

pub(super) fn cases() -> Vec<Case> {
    [reports(), questions(), keys()]
        .into_iter()
        .flatten()
        .collect()
}

fn reports() -> Vec<Case> {
    let post = |body: &str| signed("POST", ERRORS, body);
    let created = || answered(201, "", 1);
    let nested = |depth: usize| {
        format!(
            r#"{{"title":"a","context":{{"a":{}1{}}}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let trace = |piece: &str| {
        let text = piece.repeat(900_000 / piece.len());
        post(&serde_json::json!({"title": "a", "stack_trace": text}).to_string())
    };
    let bulk = |body: &str| signed("POST", "/api/v1/errors/bulk-ingest", body);
    table(
        "a report",
        [
            ("of nothing", post(""), refused(400, "")),
            ("of broken JSON", post("{\"title\""), refused(400, "")),
            ("of a list", post("[]"), refused(422, "")),
            (
                "of invalid UTF-8",
                signed("POST", ERRORS, b"{\"title\":\"\xff\"}"),
                refused(400, ""),
            ),
            (
                "of a lone surrogate",
                post(r#"{"title":"\ud800"}"#),
                refused(400, ""),
            ),
            (
                "with NUL",
                post(
                    r#"{"title":"a\u0000b","description":"\u0000","tags":["\u0000"],"category":"\u0000","source":"\u0000","source_id":"\u0000","context":{"\u0000":"\u0000"}}"#,
                ),
                created(),
            ),
            (
                "with a title of another kind",
                post(r#"{"title":{"a":1}}"#),
                refused(422, "title"),
            ),
            (
                "with two titles",
                post(r#"{"title":"a","title":"b"}"#),
                refused(422, "duplicate"),
            ),
            (
                "with a field nobody knows",
                post(r#"{"title":"a","$where":"1"}"#),
                refused(422, "unknown field"),
            ),
            (
                "with an empty title",
                post(r#"{"title":""}"#),
                refused(422, "1 to 255"),
            ),
            (
                "with a title of a megabyte",
                post(&format!(r#"{{"title":"{}"}}"#, "a".repeat(1_000_000))),
                refused(422, "1 to 255"),
            ),
            (
                "of 3 MB",
                post(&format!(r#"{{"title":"{}"}}"#, "a".repeat(3 << 20))),
                refused(413, ""),
            ),
            ("nested 40 deep", post(&nested(40)), created()),
            (
                "nested 100 deep",
                post(&nested(100)),
                refused(422, "nested deeper"),
            ),
            (
                "nested 100,000 deep",
                post(&nested(100_000)),
                refused(400, ""),
            ),
            (
                "with 10,000 tags",
                post(&serde_json::json!({"title": "a", "tags": vec!["t"; 10_000]}).to_string()),
                refused(422, "tags has at most"),
            ),
            (
                "for another project",
                post(r#"{"title":"a","project_id":8}"#),
                refused(422, "this key is for project 7"),
            ),
            (
                "with a project that is none",
                post(r#"{"title":"a","project_id":{"$gt":0}}"#),
                refused(422, "this key is for project 7"),
            ),
            ("with a trace of half frames", trace("at "), created()),
            (
                "with a trace of open brackets",
                trace("at a (\n"),
                created(),
            ),
            (
                "with a trace of causes",
                trace("at a.b(C.java:1)\nCaused by: X: y\n"),
                created(),
            ),
            (
                "with a trace of colours",
                trace("\u{1b}["),
                refused(413, ""),
            ),
            (
                "that is a bulk of nothing",
                bulk(r#"{"errors":[]}"#),
                refused(422, "1 to 1000"),
            ),
            (
                "that is a bulk of nulls",
                bulk(&format!(r#"{{"errors":[{}null]}}"#, "null,".repeat(999))),
                answered(200, "\"rejected\":1000", 0),
            ),
            (
                "that is a bulk of too many",
                bulk(&format!(
                    r#"{{"errors":[{}null]}}"#,
                    "null,".repeat(500_000)
                )),
                refused(422, "1 to 1000"),
            ),
        ],
    )
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
                answered(200, "", 0),
            ),
            (
                "of wildcards",
                ask(&format!("search={}", "%25_".repeat(5_000))),
                answered(200, "", 0),
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
