//! The sender's own fingerprint, with its placeholders filled in.

use super::super::{Component, Fingerprint, Kind};
use super::{exceptions, excerpt, frames, message, said};
use crate::occurrence::Occurrence;

/// Characters shown of a constant; a longer one is told apart by its digest.
const CONSTANT_MAX: usize = 1_000;

/// The sender's fingerprint, or the default where there is none.
pub(super) fn apply(occurrence: &Occurrence, default: Vec<Component>) -> Vec<Component> {
    let parts = &occurrence.fingerprint;
    let Some(first) = parts.first() else {
        return match occurrence.checksum.as_deref() {
            Some(checksum) => vec![constant(checksum)],
            None => default,
        };
    };
    if parts.len() == 1 && placeholder(first) == Some("default") {
        return default;
    }
    let mut components = Vec::new();
    for part in parts {
        match placeholder(part) {
            Some("default") => components.extend(default.iter().cloned()),
            Some(name) => components.push(constant(&filled(name, occurrence))),
            None => components.push(constant(part)),
        }
    }
    components
}

/// The sender said which occurrences belong together.
pub(crate) fn is_given(occurrence: &Occurrence) -> bool {
    match occurrence.fingerprint.as_slice() {
        [] => occurrence.checksum.is_some(),
        [only] => placeholder(only) != Some("default"),
        _ => true,
    }
}

fn constant(text: &str) -> Component {
    let counted = match text.char_indices().nth(CONSTANT_MAX) {
        Some((end, _)) => format!("{}…{}", &text[..end], Fingerprint::of([text].into_iter())),
        None => text.to_owned(),
    };
    Component::new(Kind::Custom, counted)
}

/// `{{ name }}` → `name`
fn placeholder(part: &str) -> Option<&str> {
    Some(part.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim())
}

fn filled(name: &str, occurrence: &Occurrence) -> String {
    let exception = exceptions::main(occurrence);
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let raised = exception.and_then(|exception| exception.value.as_deref());
    let shape = |text: &str| message::shape(&excerpt::opening(text));
    let frame = || {
        let stack = exception?.stacktrace.as_ref()?;
        frames::deciding(stack, platform, false).map(|(frame, _)| frame)
    };
    let value = match name {
        "message" => raised.or_else(|| said(occurrence)).map(shape),
        "type" | "error.type" => exception.and_then(|e| e.kind.clone()),
        "value" | "error.value" => raised.map(shape),
        "function" | "stack.function" => frame().and_then(|f| f.function.clone()),
        "module" | "stack.module" => frame().and_then(|f| f.module.clone()),
        "transaction" => occurrence.transaction.clone(),
        "level" => occurrence.level.clone(),
        "logger" => occurrence.logger.clone(),
        other => other.strip_prefix("tags.").and_then(|tag| {
            let tag = occurrence.tags.iter().find(|(key, _)| key == tag);
            tag.map(|(_, value)| value.clone())
        }),
    };
    value.unwrap_or_else(|| format!("<no {name}>"))
}
