//! Version 1: precise. What it splits too finely, similarity may join later.
//!
//! The sender's fingerprint first; else the exceptions that matter, each by its type, the
//! topmost function of the application and its parametrized message; else the message; else
//! whatever is left. Line numbers never count where a function has a name.

mod custom;
mod exceptions;
mod frames;
pub(super) mod message;
mod panics;

use super::{CURRENT, Component, Fingerprint, Grouping, Kind};
use crate::occurrence::{Occurrence, Stacktrace};

/// Characters of a title.
const TITLE_MAX: usize = 255;
/// Characters of a culprit.
const CULPRIT_MAX: usize = 200;

pub(super) fn group(occurrence: &Occurrence) -> Grouping {
    let default = components(occurrence);
    let explanation = custom::apply(occurrence, default);
    // The kind is counted too: a message that reads like a function is not that function.
    let fingerprint = Fingerprint::of(
        explanation
            .iter()
            .flat_map(|part| [kind_name(part.kind), part.value.as_str()]),
    );
    Grouping {
        version: CURRENT,
        fingerprint,
        title: cut(&title(occurrence), TITLE_MAX),
        culprit: culprit(occurrence).map(|text| cut(&text, CULPRIT_MAX)),
        explanation,
    }
}

/// Frozen names: they are part of every fingerprint.
const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Custom => "custom",
        Kind::ExceptionType => "type",
        Kind::Frame => "frame",
        Kind::Message => "message",
        Kind::Code => "code",
        Kind::Transaction => "transaction",
        Kind::Fallback => "fallback",
    }
}

fn components(occurrence: &Occurrence) -> Vec<Component> {
    if is_chunk_load(occurrence) {
        return vec![Component::new(Kind::ExceptionType, "ChunkLoadError")];
    }
    let from_exceptions = exceptions::components(occurrence);
    if !from_exceptions.is_empty() {
        return from_exceptions;
    }
    if let Some(message) = &occurrence.message {
        let text = message.template.as_deref().unwrap_or(&message.formatted);
        let shape = message::parametrize(text);
        if !shape.is_empty() {
            return vec![Component::new(Kind::Message, shape)];
        }
    }
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    if let Some(frame) = lone_stack(occurrence).and_then(|stack| frames::deciding(stack, platform))
    {
        return vec![Component::new(Kind::Frame, frame)];
    }
    let left = [&occurrence.transaction, &occurrence.logger]
        .into_iter()
        .find_map(|o| o.as_ref());
    match left {
        Some(text) => vec![Component::new(
            Kind::Transaction,
            message::parametrize(text),
        )],
        None => vec![Component::new(Kind::Fallback, platform)],
    }
}

/// Bundlers give each build's chunks new hashed addresses: one error, whatever the frames.
fn is_chunk_load(occurrence: &Occurrence) -> bool {
    occurrence.exceptions.iter().any(|exception| {
        let value = exception.value.as_deref().unwrap_or_default();
        exception.kind.as_deref() == Some("ChunkLoadError")
            || (value.starts_with("Loading chunk ") && value.contains(" failed"))
            || value.starts_with("Loading CSS chunk ")
            || value.starts_with("Failed to fetch dynamically imported module")
            || value.starts_with("error loading dynamically imported module")
            || value.starts_with("Importing a module script failed")
    })
}

/// The stack of an occurrence without exceptions that have one: the crashed thread's, the
/// current one's, or the bare one.
fn lone_stack(occurrence: &Occurrence) -> Option<&Stacktrace> {
    let threads = &occurrence.threads;
    let thread = threads
        .iter()
        .find(|thread| thread.crashed)
        .or_else(|| threads.iter().find(|thread| thread.current))
        .or_else(|| threads.iter().find(|thread| thread.stacktrace.is_some()));
    thread
        .and_then(|thread| thread.stacktrace.as_ref())
        .or(occurrence.stacktrace.as_ref())
}

fn title(occurrence: &Occurrence) -> String {
    if let Some(exception) = exceptions::main(&occurrence.exceptions) {
        let shape = exception
            .value
            .as_deref()
            .map(message::parametrize)
            .filter(|v| !v.is_empty());
        let kind = exception.kind.clone().filter(|kind| !kind.is_empty());
        match (kind, shape) {
            (Some(kind), Some(shape)) => return format!("{kind}: {shape}"),
            (Some(one), None) | (None, Some(one)) => return one,
            (None, None) => {}
        }
    }
    if let Some(message) = &occurrence.message {
        let text = message.template.as_deref().unwrap_or(&message.formatted);
        let shape = message::parametrize(text);
        if !shape.is_empty() {
            return shape;
        }
    }
    culprit(occurrence).unwrap_or_else(|| "Unknown error".to_owned())
}

fn culprit(occurrence: &Occurrence) -> Option<String> {
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    exceptions::main(&occurrence.exceptions)
        .and_then(|exception| exception.stacktrace.as_ref())
        .or_else(|| lone_stack(occurrence))
        .and_then(|stack| frames::deciding(stack, platform))
        .or_else(|| occurrence.transaction.clone())
        .or_else(|| occurrence.logger.clone())
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
