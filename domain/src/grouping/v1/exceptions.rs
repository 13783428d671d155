//! Which exceptions of a chain or tree count, and what of each.

use std::collections::HashSet;

use super::super::{Component, Kind};
use super::{frames, lone_stack, message};
use crate::occurrence::{Exception, Occurrence};

/// What exceptions contribute; empty if there is nothing to hold on to.
pub(super) fn components(occurrence: &Occurrence) -> Vec<Component> {
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let chosen = chosen(&occurrence.exceptions);
    let mut components = Vec::new();
    let mut has_frame = false;
    for exception in &chosen {
        has_frame |= one(exception, platform, &mut components);
    }
    // The stack may stand under a thread alone (NSError, crash reporters).
    if !has_frame && !chosen.is_empty() {
        let frame = lone_stack(occurrence).and_then(|stack| frames::deciding(stack, platform));
        components.extend(frame.map(|frame| Component::new(Kind::Frame, frame)));
    }
    components
}

/// The exception a reader would name: what was raised last, or the first real one of a group.
pub(super) fn main(exceptions: &[Exception]) -> Option<&Exception> {
    chosen(exceptions).first().copied()
}

/// The exceptions that count. Of a chain: what was raised last, and the root cause. Of a tree
/// under an aggregate: one of each kind, or the child alone if all are alike.
fn chosen(exceptions: &[Exception]) -> Vec<&Exception> {
    let Some(outermost) = exceptions.last() else {
        return Vec::new();
    };
    let is_tree = exceptions.iter().any(|exception| {
        exception
            .mechanism
            .as_ref()
            .is_some_and(|mechanism| mechanism.is_exception_group)
    });
    if !is_tree {
        return if exceptions.len() == 1 {
            vec![outermost]
        } else {
            vec![outermost, &exceptions[0]]
        };
    }
    let is_group = |exception: &&Exception| {
        exception
            .mechanism
            .as_ref()
            .is_some_and(|mechanism| mechanism.is_exception_group)
    };
    let mut seen = HashSet::new();
    let leaves: Vec<&Exception> = exceptions
        .iter()
        .rev()
        .filter(|exception| !is_group(exception))
        .filter(|exception| {
            let frame = exception
                .stacktrace
                .as_ref()
                .and_then(|s| frames::deciding(s, ""));
            seen.insert((kind(exception), frame))
        })
        .collect();
    match leaves.as_slice() {
        [] => vec![outermost],
        [one] => vec![one],
        _ => {
            let mut all = vec![outermost];
            let mut leaves = leaves;
            leaves.sort_by_key(|exception| kind(exception));
            all.extend(leaves);
            all
        }
    }
}

/// Adds what one exception contributes; answers whether a frame was among it.
fn one(exception: &Exception, platform: &str, components: &mut Vec<Component>) -> bool {
    let synthetic = exception
        .mechanism
        .as_ref()
        .is_some_and(|mechanism| mechanism.synthetic);
    if !synthetic && let Some(kind) = kind(exception) {
        components.push(Component::new(Kind::ExceptionType, kind));
    }
    if let Some(mechanism) = &exception.mechanism
        && let Some(code) = mechanism.ns_code
    {
        let domain = mechanism.ns_domain.as_deref().unwrap_or_default();
        components.push(Component::new(Kind::Code, format!("{domain}:{code}")));
    }
    let frame = exception
        .stacktrace
        .as_ref()
        .and_then(|stack| frames::deciding(stack, platform));
    let has_frame = frame.is_some();
    components.extend(frame.map(|frame| Component::new(Kind::Frame, frame)));
    // A synthetic exception without a type is a message with the place it was sent from.
    if !synthetic || exception.kind.is_none() {
        let shape = exception.value.as_deref().map(message::parametrize);
        let shape = shape.filter(|shape| !shape.is_empty());
        components.extend(shape.map(|shape| Component::new(Kind::Message, shape)));
    }
    has_frame
}

/// The type, cleaned of what a compiler or proxy generator made up.
fn kind(exception: &Exception) -> Option<String> {
    exception.kind.as_deref().map(frames::clean_name)
}
