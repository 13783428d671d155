//! Reports to the REST API.

use super::api::ERRORS;
use crate::case::{Case, answered, cases as table, refused, signed};

pub(super) fn cases() -> Vec<Case> {
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
    // Each takes a hundred times its room when it is read.
    let objects = |count: usize| {
        let objects = "{\"\":0},".repeat(count);
        format!("{{\"title\":\"a\",\"context\":{{\"a\":[{objects}0]}}}}")
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
                refused(422, "control character U+0000"),
            ),
            (
                "with NUL in what is an object",
                post(
                    r#"{"title":"a","context":{"\u0000":"\u0000"},"metadata":{"\u0000":["\u0000"]}}"#,
                ),
                created(),
            ),
            (
                "with the commands of a terminal",
                post(r#"{"title":"\u001b]0;owned\u0007"}"#),
                refused(422, "control character U+001B"),
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
                refused(422, "nested deeper"),
            ),
            (
                "with a context of 120,000 objects",
                post(&objects(120_000)),
                created(),
            ),
            (
                "with a context of 280,000 objects",
                post(&objects(280_000)),
                refused(413, "at most 1048576"),
            ),
            (
                "with 10,000 tags",
                post(&serde_json::json!({"title": "a", "tags": vec!["t"; 10_000]}).to_string()),
                refused(422, "tags: has 0 to 50 elements"),
            ),
            (
                "for another project",
                post(r#"{"title":"a","project_id":8}"#),
                refused(422, "this key is for project 7"),
            ),
            (
                "with a project that is none",
                post(r#"{"title":"a","project_id":{"$gt":0}}"#),
                refused(422, "project_id is the number of a project"),
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
                "that is a bulk of 6 million lists",
                bulk(&format!("{{\"errors\":[{}0]}}", "[],".repeat(6_000_000))),
                refused(422, "1 to 1000"),
            ),
            (
                "that is a bulk of one report of a million lists",
                bulk(&format!(
                    "{{\"errors\":[{{\"title\":\"a\",\"context\":{{\"a\":[{}0]}}}}]}}",
                    "[],".repeat(1_000_000)
                )),
                answered(200, "\"status\":413", 0),
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
