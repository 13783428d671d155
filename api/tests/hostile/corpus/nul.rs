//! NUL, which PostgreSQL refuses in every text and in every `jsonb`.

use crate::case::{Case, cases as table, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    let fields = [
        "message",
        "logger",
        "transaction",
        "platform",
        "level",
        "release",
        "environment",
        "server_name",
        "event_id",
        "timestamp",
        "checksum",
        "dist",
    ];
    let whole = fields.map(|field| {
        let event = format!(r#"{{"{field}":"a\u0000b","{field}\u0000":"c"}}"#);
        (field, Request::event(event), taken(1))
    });
    let parts = [
        ("a key", r#"{"\u0000":1}"#),
        ("a tag", r#"{"tags":{"a\u0000":"b\u0000"}}"#),
        ("a tag's pair", r#"{"tags":[["a\u0000","b\u0000"]]}"#),
        (
            "a user",
            r#"{"user":{"id":"\u0000","email":"\u0000@\u0000","ip_address":"\u0000"}}"#,
        ),
        (
            "an exception",
            r#"{"exception":{"values":[{"type":"\u0000","value":"\u0000","module":"\u0000"}]}}"#,
        ),
        (
            "a frame",
            r#"{"exception":{"values":[{"type":"E","stacktrace":{"frames":[{"function":"\u0000f","module":"\u0000","filename":"\u0000","abs_path":"\u0000","context_line":"\u0000"}]}}]}}"#,
        ),
        (
            "a thread",
            r#"{"threads":{"values":[{"id":"\u0000","name":"\u0000","crashed":true,"stacktrace":{"frames":[]}}]}}"#,
        ),
        (
            "a breadcrumb",
            r#"{"breadcrumbs":[{"message":"\u0000","data":{"\u0000":"\u0000"}}]}"#,
        ),
        (
            "a fingerprint",
            r#"{"fingerprint":["\u0000","{{ \u0000 }}"]}"#,
        ),
        (
            "a context",
            r#"{"contexts":{"\u0000":{"\u0000":["\u0000"]}}}"#,
        ),
        (
            "a secret's name",
            r#"{"extra":{"pass\u0000word":"x","password":"\u0000"}}"#,
        ),
        ("a JSON text", r#"{"message":"{\"a\":\"\\u0000\"}"}"#),
    ];
    let parts = parts.map(|(name, event)| (name, Request::event(event), taken(1)));
    table("NUL", whole.into_iter().chain(parts))
}
