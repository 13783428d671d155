//! Which exceptions of a chain or tree count, and what of each.

use std::collections::HashSet;

use super::super::{Component, Kind};
use super::{excerpt, frames, lone_stack, message, names};
use crate::occurrence::{Exception, Mechanism, Occurrence};

/// What exceptions say when the stack is full, and their types.
const EXHAUSTED: [&str; 9] = [
    "StackOverflow",
    "RecursionError",
    "SystemStackError",
    "stack overflow",
    "maximum recursion depth",
    "Maximum call stack size",
    "too much recursion",
    "stack level too deep",
    "stack exceeds",
];

/// What exceptions contribute; empty if there is nothing to hold on to.
pub(super) fn components(occurrence: &Occurrence) -> Vec<Component> {
    let chosen = chosen(occurrence);
    let mut components: Vec<_> = chosen.iter().flat_map(|e| one(e, occurrence)).collect();
    // The stack may stand under a thread alone (NSError, crash reporters).
    if !components.iter().any(|part| part.kind == Kind::Frame) {
        let frame = main_frame(occurrence).filter(|_| !chosen.is_empty());
        components.extend(frame.map(|frame| Component::new(Kind::Frame, frame)));
    }
    components
}

/// The exception a reader would name: what was raised last, or the only real one of a group.
pub(super) fn main(occurrence: &Occurrence) -> Option<&Exception> {
    chosen(occurrence).first().copied()
}

/// Where a reader would say that it happened.
pub(super) fn main_frame(occurrence: &Occurrence) -> Option<String> {
    let exception = main(occurrence);
    let own = exception.and_then(|exception| frame(exception, occurrence));
    own.or_else(|| {
        let thread_id = exception.and_then(|exception| exception.thread_id.as_deref());
        let stack = lone_stack(occurrence, thread_id)?;
        let exhausted = exception.is_some_and(is_exhausted);
        frames::deciding(stack, platform(occurrence), exhausted).map(|(_, name)| name)
    })
}

/// The exceptions that count. Of a chain: what was raised last, and the root cause. Of a tree
/// under an aggregate: one of each kind, or the child alone if all are alike. The order sent
/// decides, never the ids, which may go in circles.
fn chosen(occurrence: &Occurrence) -> Vec<&Exception> {
    let exceptions = &occurrence.exceptions;
    let is_tree = exceptions.iter().any(is_group);
    match exceptions.as_slice() {
        [] => Vec::new(),
        [.., outermost] if is_tree => of_tree(outermost, occurrence),
        [one] => vec![one],
        [root, .., outermost] => vec![outermost, root],
    }
}

fn of_tree<'a>(outermost: &'a Exception, occurrence: &'a Occurrence) -> Vec<&'a Exception> {
    let children = occurrence.exceptions.iter().filter(|one| !is_group(one));
    let mut children: Vec<_> = children
        .map(|child| (one(child, occurrence), child))
        .collect();
    // Which child failed first is chance.
    children.sort_by_cached_key(|(parts, _)| values(parts));
    let mut seen = HashSet::new();
    children.retain(|(parts, _)| seen.insert(values(parts)));
    let all_but_group = children.into_iter().map(|(_, child)| child);
    let children: Vec<_> = all_but_group.collect();
    match children.as_slice() {
        [] => vec![outermost],
        [child] => vec![child],
        _ => [&[outermost], children.as_slice()].concat(),
    }
}

fn values(parts: &[Component]) -> Vec<String> {
    parts.iter().map(|part| part.value.clone()).collect()
}

fn is_group(exception: &Exception) -> bool {
    let mechanism = exception.mechanism.as_ref();
    mechanism.is_some_and(|mechanism| mechanism.is_exception_group)
}

/// What one exception contributes.
fn one(exception: &Exception, occurrence: &Occurrence) -> Vec<Component> {
    let mechanism = exception.mechanism.as_ref();
    let is_real = !mechanism.is_some_and(|mechanism| mechanism.synthetic);
    let kind = exception.kind.as_deref().filter(|_| is_real);
    let frame = frame(exception, occurrence);
    // A synthetic exception without a type is a message with the place it was sent from.
    let is_message = exception.kind.is_none();
    let value = exception.value.as_deref().filter(|_| is_real || is_message);
    let shape = value.map(|value| match frame {
        Some(_) => message::shape(excerpt::first_line(value)),
        None => message::shape(&excerpt::opening(value)),
    });
    [
        (Kind::ExceptionType, kind.map(names::class)),
        (Kind::Code, mechanism.and_then(code)),
        (Kind::Frame, frame),
        (Kind::Message, shape.filter(|shape| !shape.is_empty())),
    ]
    .into_iter()
    .filter_map(|(kind, value)| Some(Component::new(kind, value?)))
    .collect()
}

fn code(mechanism: &Mechanism) -> Option<String> {
    let domain = mechanism.ns_domain.as_deref().unwrap_or_default();
    Some(format!("{domain}:{}", mechanism.ns_code?))
}

fn frame(exception: &Exception, occurrence: &Occurrence) -> Option<String> {
    let stack = exception.stacktrace.as_ref()?;
    let deciding = frames::deciding(stack, platform(occurrence), is_exhausted(exception));
    deciding.map(|(_, name)| name)
}

fn is_exhausted(exception: &Exception) -> bool {
    let texts = [&exception.kind, &exception.value].into_iter().flatten();
    texts
        .into_iter()
        .any(|text| EXHAUSTED.iter().any(|mark| text.contains(mark)))
}

fn platform(occurrence: &Occurrence) -> &str {
    occurrence.platform.as_deref().unwrap_or_default()
}
