//! Version 1: precise. What it splits too finely, similarity may join later.
//!
//! The sender's fingerprint first; else the exceptions that matter, each by its type, the
//! topmost function of the application and its parametrized message; else the message; else
//! whatever is left. Line numbers never count where a function has a name.

mod custom;
mod dates;
mod exceptions;
mod excerpt;
mod frames;
pub(super) mod message;
mod names;
mod origin;
mod panics;
mod place;
mod values;

use super::{Component, Fingerprint, Grouping, Kind, Version};
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
        version: Version::V1,
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
    let shape = said(occurrence).map(|text| message::shape(&excerpt::opening(text)));
    if let Some(shape) = shape.filter(|shape| !shape.is_empty()) {
        return vec![Component::new(Kind::Message, shape)];
    }
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let frame =
        lone_stack(occurrence, None).and_then(|stack| frames::deciding(stack, platform, false));
    if let Some(frame) = frame {
        return vec![Component::new(Kind::Frame, frame)];
    }
    let left = occurrence
        .transaction
        .as_deref()
        .or(occurrence.logger.as_deref());
    vec![match left {
        Some(text) => Component::new(Kind::Transaction, message::shape(text)),
        None => Component::new(Kind::Fallback, platform),
    }]
}

/// The log message: before its parameters were filled in, unless nothing is left (`%s`, `{}`).
fn said(occurrence: &Occurrence) -> Option<&str> {
    let message = occurrence.message.as_ref()?;
    let template = message.template.as_deref().filter(|template| {
        let words = template.split_whitespace();
        words
            .filter(|word| !word.starts_with(['%', '{']))
            .any(|word| word.chars().any(char::is_alphabetic))
    });
    Some(template.unwrap_or(&message.formatted))
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

/// The stack where no exception has one: of the exception's thread, else the crashed one's, the
/// current one's, or the bare one.
fn lone_stack<'a>(occurrence: &'a Occurrence, thread_id: Option<&str>) -> Option<&'a Stacktrace> {
    let threads = || {
        occurrence
            .threads
            .iter()
            .filter(|thread| thread.stacktrace.is_some())
    };
    threads()
        .find(|thread| thread_id.is_some() && thread.id.as_deref() == thread_id)
        .or_else(|| threads().find(|thread| thread.crashed))
        .or_else(|| threads().find(|thread| thread.current))
        .or_else(|| threads().next())
        .and_then(|thread| thread.stacktrace.as_ref())
        .or(occurrence.stacktrace.as_ref())
}

fn title(occurrence: &Occurrence) -> String {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let exception = exceptions::main(occurrence);
    let kind = exception.and_then(|exception| exception.kind.clone());
    let text = exception
        .and_then(|exception| exception.value.as_deref())
        .and_then(|value| filled(message::parametrize(excerpt::first_line(value))));
    match (kind, text) {
        (Some(kind), Some(text)) => format!("{kind}: {text}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => said(occurrence)
            .and_then(|text| filled(message::parametrize(&excerpt::opening(text))))
            .or_else(|| culprit(occurrence))
            .unwrap_or_else(|| "Unknown error".to_owned()),
    }
}

fn culprit(occurrence: &Occurrence) -> Option<String> {
    exceptions::main_frame(occurrence)
        .or_else(|| occurrence.transaction.clone())
        .or_else(|| occurrence.logger.clone())
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
