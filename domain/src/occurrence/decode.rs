//! Sentry's event JSON → [`Occurrence`].

use chrono::DateTime;
use serde::Deserialize;
use serde::de::Error;
use uuid::Uuid;

use super::lenient::{Flag, List, Number, Object, Pairs, Text};
use super::{Exception, Frame, Mechanism, Message, Occurrence, Stacktrace, Thread, User};

/// The body is no JSON object, so nothing can be kept of it.
#[derive(Debug, thiserror::Error)]
#[error("the event is not a JSON object: {0}")]
pub struct NotAnEvent(#[from] serde_json::Error);

/// Decodes one event. Unknown fields and fields of a wrong type are passed over; of a field
/// that is there twice, one counts.
///
/// # Errors
/// [`NotAnEvent`] when the bytes are not one well-formed JSON object in UTF-8, or its known
/// fields are nested deeper than 127 levels.
pub fn decode(json: &[u8]) -> Result<Occurrence, NotAnEvent> {
    // At once, which is cheaper than for each string.
    let json = simdutf8::compat::from_utf8(json).map_err(serde_json::Error::custom)?;
    // The quick way refuses a field that is there twice; a tree has room for one of the two.
    let event: Object<Event> = serde_json::from_str(json).or_else(|_| {
        let tree: serde_json::Value = serde_json::from_str(json)?;
        Object::deserialize(tree)
    })?;
    let event = event
        .0
        .ok_or_else(|| serde_json::Error::custom("it is of another type"))?;
    Ok(event.into())
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Event {
    event_id: Text,
    timestamp: Text,
    platform: Text,
    level: Text,
    logger: Text,
    transaction: Text,
    message: MessageField,
    logentry: Object<LogEntry>,
    #[serde(rename = "sentry.interfaces.Message")]
    legacy_logentry: Object<LogEntry>,
    exception: List<WireException>,
    threads: List<WireThread>,
    stacktrace: Object<WireStacktrace>,
    fingerprint: Texts,
    checksum: Text,
    release: Text,
    environment: Text,
    server_name: Text,
    tags: Pairs,
    user: Object<WireUser>,
}

/// `message` is a text, or in old SDKs the log entry itself.
#[derive(Default)]
struct MessageField(Object<LogEntry>);

#[derive(Default)]
struct Texts(Vec<String>);

#[derive(Deserialize, Default)]
#[serde(default)]
struct LogEntry {
    message: Text,
    formatted: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireException {
    r#type: Text,
    value: Text,
    module: Text,
    mechanism: Object<WireMechanism>,
    thread_id: Text,
    stacktrace: Object<WireStacktrace>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireMechanism {
    r#type: Text,
    handled: Flag,
    synthetic: Flag,
    exception_id: Number,
    parent_id: Number,
    is_exception_group: Flag,
    meta: Object<MechanismMeta>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MechanismMeta {
    ns_error: Object<NsError>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NsError {
    domain: Text,
    code: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireThread {
    id: Text,
    name: Text,
    crashed: Flag,
    current: Flag,
    stacktrace: Object<WireStacktrace>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireStacktrace {
    frames: List<WireFrame>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireFrame {
    function: Text,
    module: Text,
    filename: Text,
    abs_path: Text,
    package: Text,
    platform: Text,
    lineno: Number,
    colno: Number,
    in_app: Flag,
    context_line: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireUser {
    id: Text,
    email: Text,
    username: Text,
    ip_address: Text,
}

impl<'de> Deserialize<'de> for MessageField {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(if value.is_object() {
            Object::deserialize(value).unwrap_or_default()
        } else {
            let formatted = Text::deserialize(value).unwrap_or_default();
            Object(formatted.0.is_some().then_some(LogEntry {
                message: Text(None),
                formatted,
            }))
        }))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let parts = match value {
            serde_json::Value::Array(parts) => parts,
            lone @ serde_json::Value::String(_) => vec![lone],
            _ => Vec::new(),
        };
        Ok(Self(
            parts
                .into_iter()
                .filter_map(|part| Text::deserialize(part).ok().and_then(|text| text.0))
                .collect(),
        ))
    }
}

fn filled(text: Text) -> Option<String> {
    text.0.filter(|text| !text.is_empty())
}

fn line(number: &Number) -> Option<u32> {
    number.whole().and_then(|n| u32::try_from(n).ok())
}

/// Seconds since 1970, from a number or from RFC 3339 (a missing zone means UTC).
fn seconds(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Some(seconds).filter(|s| s.is_finite());
    }
    let moment = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc3339(&format!("{text}Z")))
        .ok()?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds since 1970 fit in 2^53"
    )]
    Some(moment.timestamp_micros() as f64 / 1e6)
}

impl From<Event> for Occurrence {
    fn from(event: Event) -> Self {
        let message = [event.logentry, event.legacy_logentry, event.message.0]
            .into_iter()
            .find_map(|entry| entry.0.and_then(message));
        Self {
            event_id: event
                .event_id
                .0
                .and_then(|id| Uuid::try_parse(id.trim()).ok()),
            timestamp: event.timestamp.0.as_deref().and_then(seconds),
            platform: filled(event.platform),
            level: filled(event.level),
            logger: filled(event.logger),
            transaction: filled(event.transaction),
            message,
            exceptions: event.exception.0.into_iter().map(Into::into).collect(),
            threads: event.threads.0.into_iter().map(Into::into).collect(),
            stacktrace: event.stacktrace.0.map(Into::into),
            fingerprint: event.fingerprint.0,
            checksum: filled(event.checksum),
            release: filled(event.release),
            environment: filled(event.environment),
            server_name: filled(event.server_name),
            tags: event.tags.0,
            user: event.user.0.map(Into::into),
        }
    }
}

fn message(entry: LogEntry) -> Option<Message> {
    let template = filled(entry.message);
    let formatted = filled(entry.formatted).or_else(|| template.clone())?;
    Some(Message {
        formatted,
        template,
    })
}

impl From<WireException> for Exception {
    fn from(wire: WireException) -> Self {
        Self {
            kind: filled(wire.r#type),
            value: filled(wire.value),
            module: filled(wire.module),
            mechanism: wire.mechanism.0.map(Into::into),
            thread_id: filled(wire.thread_id),
            stacktrace: wire.stacktrace.0.map(Into::into),
        }
    }
}

impl From<WireMechanism> for Mechanism {
    fn from(wire: WireMechanism) -> Self {
        let ns_error = wire.meta.0.and_then(|meta| meta.ns_error.0);
        Self {
            kind: filled(wire.r#type),
            handled: wire.handled.0,
            synthetic: wire.synthetic.0.unwrap_or(false),
            exception_id: wire.exception_id.whole(),
            parent_id: wire.parent_id.whole(),
            is_exception_group: wire.is_exception_group.0.unwrap_or(false),
            ns_code: ns_error.as_ref().and_then(|error| error.code.whole()),
            ns_domain: ns_error.and_then(|error| filled(error.domain)),
        }
    }
}

impl From<WireThread> for Thread {
    fn from(wire: WireThread) -> Self {
        Self {
            id: filled(wire.id),
            name: filled(wire.name),
            crashed: wire.crashed.0.unwrap_or(false),
            current: wire.current.0.unwrap_or(false),
            stacktrace: wire.stacktrace.0.map(Into::into),
        }
    }
}

impl From<WireStacktrace> for Stacktrace {
    fn from(wire: WireStacktrace) -> Self {
        Self {
            frames: wire.frames.0.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<WireFrame> for Frame {
    fn from(wire: WireFrame) -> Self {
        Self {
            function: filled(wire.function),
            module: filled(wire.module),
            filename: filled(wire.filename),
            abs_path: filled(wire.abs_path),
            package: filled(wire.package),
            platform: filled(wire.platform),
            lineno: line(&wire.lineno),
            colno: line(&wire.colno),
            in_app: wire.in_app.0,
            context_line: filled(wire.context_line),
        }
    }
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        Self {
            id: filled(wire.id),
            email: filled(wire.email),
            username: filled(wire.username),
            ip_address: filled(wire.ip_address),
        }
    }
}
