//! Events with too many of everything, within a megabyte.

use crate::case::{Case, cases as table, taken};
use crate::wire::Request;

/// As many pieces as fit, with `?` replaced by their number.
fn many(before: &str, piece: &str, after: &str) -> Request {
    const ROOM: usize = 1_000_000;
    let mut event = before.to_owned();
    for n in 0.. {
        if event.len() + piece.len() + 8 > ROOM {
            break;
        }
        event.push_str(&piece.replace('?', &n.to_string()));
        event.push(',');
    }
    event.pop();
    event.push_str(after);
    Request::event(event)
}

pub(super) fn cases() -> Vec<Case> {
    let frames = r#"{"exception":[{"type":"E","stacktrace":{"frames":["#;
    let chain =
        r#"{"type":"E?","value":"v?","mechanism":{"type":"m","exception_id":?,"parent_id":0}}"#;
    let circle = r#"{"type":"E","mechanism":{"type":"m","exception_id":1,"parent_id":1,"is_exception_group":true}}"#;
    let thread = r#"{"id":?,"crashed":true,"stacktrace":{"frames":[{"function":"f?"}]}}"#;
    let stacks = r#"{"type":"E?","stacktrace":{"frames":[{"function":"f"},{"function":"g"}]}}"#;
    table(
        "as many as fit",
        [
            ("frames", many(frames, r#"{"function":"f?"}"#, "]}}]}")),
            ("empty frames", many(frames, "{}", "]}}]}")),
            ("frames that are null", many(frames, "null", "]}}]}")),
            (
                "frames that repeat",
                many(frames, r#"{"function":"f","module":"m"}"#, "]}}]}"),
            ),
            (
                "frames in turns",
                many(frames, r#"{"function":"f"},{"function":"g"}"#, "]}}]}"),
            ),
            (
                "exceptions",
                many(r#"{"exception":{"values":["#, chain, "]}}"),
            ),
            (
                "exceptions in a circle",
                many(r#"{"exception":{"values":["#, circle, "]}}"),
            ),
            (
                "exceptions with stacks",
                many(r#"{"exception":["#, stacks, "]}"),
            ),
            ("empty exceptions", many(r#"{"exception":["#, "{}", "]}")),
            ("threads", many(r#"{"threads":{"values":["#, thread, "]}}")),
            (
                "breadcrumbs",
                many(r#"{"breadcrumbs":["#, r#"{"message":"b?"}"#, "]}"),
            ),
            (
                "breadcrumbs that are numbers",
                many(r#"{"breadcrumbs":{"values":["#, "?", "]}}"),
            ),
            ("tags", many(r#"{"tags":{"#, r#""t?":"v?""#, "}}")),
            (
                "tags in pairs",
                many(r#"{"tags":["#, r#"["t?","v?"]"#, "]}"),
            ),
            (
                "tags that are one",
                many(r#"{"tags":["#, r#"["t","v"]"#, "]}"),
            ),
            (
                "parts of a fingerprint",
                many(r#"{"fingerprint":["#, r#""p?""#, "]}"),
            ),
            (
                "defaults in a fingerprint",
                many(r#"{"fingerprint":["#, r#""{{ default }}""#, "]}"),
            ),
            ("modules", many(r#"{"modules":{"#, r#""m?":"1.?""#, "}}")),
            ("fields nobody knows", many("{", r#""f?":?"#, "}")),
            (
                "fields with names of secrets",
                many("{", r#""password?":"hush""#, "}"),
            ),
            (
                "pairs of secrets",
                many(r#"{"extra":["#, r#"["token","hush?"]"#, "]}"),
            ),
            (
                "named secrets",
                many(r#"{"extra":["#, r#"{"value":"hush","key":"token"}"#, "]}"),
            ),
            (
                "lines of a private key",
                many(
                    r#"{"extra":["-----BEGIN PRIVATE KEY-----","#,
                    r#""MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7""#,
                    "]}",
                ),
            ),
            (
                "texts of JSON",
                many(r#"{"extra":["#, r#""{\"password\":\"hush\"}""#, "]}"),
            ),
            ("zeros", many(r#"{"extra":["#, "0", "]}")),
            ("empty lists", many(r#"{"extra":["#, "[]", "]}")),
            (
                "card numbers",
                many(r#"{"extra":["#, "4111111111111111", "]}"),
            ),
        ]
        .map(|(name, request)| (name, request, taken(1))),
    )
    .into_iter()
    .chain(long_names())
    .collect()
}

/// One text as long as may be where names are expected.
fn long_names() -> Vec<Case> {
    let long = |before: &str, piece: &str, after: &str| {
        let text = piece.repeat(900_000 / piece.len());
        Request::event(format!("{before}{text}{after}"))
    };
    let frame = |field: &str, piece: &str| {
        let before = format!(
            r#"{{"platform":"native","exception":[{{"type":"E","stacktrace":{{"frames":[{{"{field}":""#
        );
        long(&before, piece, r#""}]}}]}"#)
    };
    let field = |field: &str, piece: &str| long(&format!("{{\"{field}\":\""), piece, "\"}");
    table(
        "a megabyte of",
        [
            ("function", frame("function", "f")),
            ("function with brackets", frame("function", "a<")),
            ("function with closed brackets", frame("function", "<a>")),
            ("function with parentheses", frame("function", "(a)::")),
            ("function with lambdas", frame("function", "$$Lambda$1")),
            ("module", frame("module", "a.")),
            ("file name", frame("filename", "/")),
            ("address", frame("abs_path", "http://a?")),
            ("source line", frame("context_line", " ")),
            ("environment", field("environment", "e")),
            ("release", field("release", "1.")),
            ("transaction", field("transaction", "/1")),
            ("platform", field("platform", "p")),
            ("level", field("level", "error")),
            ("key", long("{\"", "k", "\":1}")),
            ("tag", long(r#"{"tags":{""#, "t", r#"":"v"}}"#)),
        ]
        .map(|(name, request)| (name, request, taken(1))),
    )
}
