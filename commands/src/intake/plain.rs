//! A report in plain words, as the REST API takes it, turned into an event like any other.

use bugsage_domain::ids::EventId;
use bugsage_domain::occurrence::{Exception, Frame, Mechanism};
use bugsage_domain::severity::Severity;
use bugsage_domain::trace;
use serde_json::{Map, Value, json};

/// What somebody reports; see `POST /api/v1/errors`.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What happened.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// A stack trace as its language prints it.
    pub stack_trace: Option<String>,
    /// Anything that helps to understand it.
    pub context: Option<Value>,
    /// Anything about the report itself.
    pub metadata: Option<Value>,
    /// Tags, bare or `key:value`.
    pub tags: Vec<String>,
}

/// The report as Sentry's event JSON.
#[must_use]
pub fn event(report: &Report, id: EventId) -> Value {
    let mut event = Map::new();
    let mut set = |name: &str, value: Value| event.insert(name.to_owned(), value);
    set("event_id", json!(id.0.simple().to_string()));
    set("level", json!(level(report.severity)));
    let mut extra = Map::new();
    match report
        .stack_trace
        .as_deref()
        .map(|text| (trace::parse(text), text))
    {
        Some((Some(trace), text)) => {
            set("platform", json!(trace.platform));
            let values: Vec<_> = trace.exceptions.iter().map(exception).collect();
            set("exception", json!({"values": values}));
            extra.insert("stack_trace".to_owned(), json!(text));
        }
        Some((None, text)) => {
            set("logentry", json!({"formatted": report.title}));
            extra.insert("stack_trace".to_owned(), json!(text));
        }
        None => {
            set("logentry", json!({"formatted": report.title}));
        }
    }
    if let Some(context) = &report.context {
        for name in [
            "release",
            "environment",
            "user",
            "server_name",
            "transaction",
        ] {
            if let Some(value) = context.get(name) {
                set(name, value.clone());
            }
        }
        extra.insert("context".to_owned(), context.clone());
    }
    if let Some(metadata) = &report.metadata {
        extra.insert("metadata".to_owned(), metadata.clone());
    }
    let tags: Vec<_> = report
        .tags
        .iter()
        .filter_map(|tag| tag.split_once(':'))
        .map(|(k, v)| json!([k, v]))
        .collect();
    set("tags", json!(tags));
    set("extra", Value::Object(extra));
    Value::Object(event)
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "fatal",
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "info",
    }
}

fn exception(exception: &Exception) -> Value {
    let frames = exception.stacktrace.as_ref().map(
        |stacktrace| json!({"frames": stacktrace.frames.iter().map(frame).collect::<Vec<_>>()}),
    );
    json!({
        "type": exception.kind, "value": exception.value, "module": exception.module,
        "stacktrace": frames, "mechanism": exception.mechanism.as_ref().map(mechanism),
    })
}

/// The place in an exception tree: all of a mechanism that a printed trace shows.
fn mechanism(mechanism: &Mechanism) -> Value {
    json!({
        "type": mechanism.kind, "exception_id": mechanism.exception_id,
        "parent_id": mechanism.parent_id, "is_exception_group": mechanism.is_exception_group,
    })
}

fn frame(frame: &Frame) -> Value {
    json!({
        "function": frame.function, "module": frame.module, "filename": frame.filename,
        "abs_path": frame.abs_path, "lineno": frame.lineno, "colno": frame.colno,
        "in_app": frame.in_app, "context_line": frame.context_line,
    })
}
