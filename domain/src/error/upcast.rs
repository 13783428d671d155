//! Old versions of events, brought up to date where every reader reads them.

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Value, json};

use super::event::ErrorEvent;
use crate::severity::Severity;

/// A stored event that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer BugSage.
    #[error("version {0} is unknown: it was written by a newer BugSage")]
    Version(String),
    /// Not what an event of that type looks like.
    #[error("{0}")]
    Payload(#[from] serde_json::Error),
}

/// Reads a stored event of any version.
///
/// # Errors
/// [`DecodeError`] for a version or payload nobody wrote.
pub fn decode(event_type: &str, version: &str, payload: Value) -> Result<ErrorEvent, DecodeError> {
    Ok(serde_json::from_value(upcast(
        event_type, version, payload,
    )?)?)
}

/// Brings a payload to the current version of its type.
///
/// # Errors
/// [`DecodeError::Version`] for a version nobody wrote.
pub fn upcast(event_type: &str, version: &str, payload: Value) -> Result<Value, DecodeError> {
    match (event_type, version) {
        ("ErrorDetected", "1.0") => Ok(detected_1_to_2(payload)),
        ("ErrorDetected", "2.0") => Ok(payload),
        ("ErrorDetected", other) => Err(DecodeError::Version(other.to_owned())),
        (_, "1.0") => Ok(payload),
        (_, other) => Err(DecodeError::Version(other.to_owned())),
    }
}

/// 1.0 had Sentry's `level` for the severity, and knew one grouping only.
fn detected_1_to_2(mut payload: Value) -> Value {
    if let Some(facts) = payload
        .get_mut("ErrorDetected")
        .and_then(Value::as_object_mut)
    {
        let level = facts.remove("level");
        let severity = Severity::from_level(level.as_ref().and_then(Value::as_str));
        facts.insert("severity".to_owned(), json!(severity));
        facts.insert("grouping_version".to_owned(), json!(1));
    }
    payload
}

/// The same upcasting for readers that use postgres-es as it is.
#[must_use]
pub fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    vec![Box::new(DetectedUpcaster)]
}

struct DetectedUpcaster;

impl EventUpcaster for DetectedUpcaster {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        event_type == "ErrorDetected" && event_version == "1.0"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        event.payload = detected_1_to_2(event.payload);
        event.event_version = "2.0".to_owned();
        event
    }
}
