//! A report in plain words, as the REST API takes it, turned into an event like any other.

use bugsage_domain::ids::EventId;
use bugsage_domain::occurrence::{Exception, Frame, Mechanism};
use bugsage_domain::severity::Severity;
use bugsage_domain::trace;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// What somebody reports; see `POST /api/v1/errors`. Its JSON stays text: read, a megabyte of
/// empty objects would take a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub struct Report<'a> {
    /// What happened.
    pub title: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// A stack trace as its language prints it.
    pub stack_trace: Option<&'a str>,
    /// Anything that helps to understand it.
    pub context: Option<&'a RawValue>,
    /// Anything about the report itself.
    pub metadata: Option<&'a RawValue>,
    /// Tags, bare or `key:value`.
    pub tags: &'a [String],
}

/// Sentry's event, as far as a report fills it.
#[derive(Serialize)]
struct Event<'a> {
    event_id: String,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logentry: Option<Value>,
    #[serde(flatten)]
    understood: Understood<'a>,
    tags: Vec<(&'a str, &'a str)>,
    extra: Extra<'a>,
}

/// What of a report's context has a place of its own in an event.
#[derive(Default, Deserialize, Serialize)]
struct Understood<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    release: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    environment: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    user: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    server_name: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    transaction: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Extra<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_trace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a RawValue>,
}

/// The report as Sentry's event JSON.
///
/// # Errors
/// If it cannot be written as JSON, which no report brings about.
pub fn event(report: &Report<'_>, id: EventId) -> serde_json::Result<Vec<u8>> {
    let trace = report.stack_trace.and_then(trace::parse);
    let understood = report
        .context
        .and_then(|context| serde_json::from_str(context.get()).ok());
    let tags = report.tags.iter().filter_map(|tag| tag.split_once(':'));
    serde_json::to_vec(&Event {
        event_id: id.0.simple().to_string(),
        level: level(report.severity),
        platform: trace.as_ref().map(|trace| trace.platform),
        logentry: match trace {
            Some(_) => None,
            None => Some(json!({"formatted": report.title})),
        },
        exception: trace.map(|trace| {
            let values: Vec<_> = trace.exceptions.iter().map(exception).collect();
            json!({"values": values})
        }),
        understood: understood.unwrap_or_default(),
        tags: tags.collect(),
        extra: Extra {
            stack_trace: report.stack_trace,
            context: report.context,
            metadata: report.metadata,
        },
    })
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
