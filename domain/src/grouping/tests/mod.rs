//! The cases that grouping must survive, with events of our own making.

mod bounds;
mod exceptions;
mod files;
mod frames;
mod frozen;
mod given_fingerprints;
mod messages;
mod names;
mod properties;
mod recursion;
mod values;

use serde_json::{Value, json};

use super::{CURRENT, Grouping, fingerprint};
use crate::occurrence::decode;

/// Groups an event the way that ingest does.
fn group(event: &Value) -> Grouping {
    fingerprint(CURRENT, &decode(event.to_string().as_bytes()).unwrap())
}

/// All are of one error.
#[track_caller]
fn alike(events: &[Value]) {
    for event in &events[1..] {
        let (one, other) = (group(&events[0]), group(event));
        assert_eq!(one.explanation, other.explanation, "{event}");
        assert_eq!(one.fingerprint, other.fingerprint, "{event}");
    }
}

/// No two are of one error.
#[track_caller]
fn different(events: &[Value]) {
    for (i, event) in events.iter().enumerate() {
        for other in &events[..i] {
            let (one, other) = (group(event), group(other));
            assert_ne!(one.fingerprint, other.fingerprint, "{:?}", one.explanation);
        }
    }
}

/// A log message.
fn logged(text: &str) -> Value {
    json!({"platform": "python", "logentry": {"formatted": text}})
}

/// An exception with frames, the failing one first.
fn raised(platform: &str, kind: &str, value: &str, frames: &[Value]) -> Value {
    let frames: Vec<_> = frames.iter().rev().collect();
    json!({"platform": platform, "exception": {"values": [
        {"type": kind, "value": value, "stacktrace": {"frames": frames}}]}})
}

/// An error that only its one function can tell apart.
fn in_function(platform: &str, module: &str, function: &str) -> Value {
    let frame = json!({"module": module, "function": function, "in_app": true});
    raised(platform, "Error", "it failed", &[frame])
}

/// A frame that the sender took for its own or not.
fn marked(module: &str, function: &str, in_app: bool) -> Value {
    json!({"module": module, "function": function, "in_app": in_app})
}

/// A Python error with these frames, the failing one first.
fn failing(frames: &[Value]) -> Value {
    raised("python", "ValueError", "it failed", frames)
}
