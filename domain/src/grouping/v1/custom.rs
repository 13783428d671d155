//! The sender's own fingerprint, with its placeholders filled in.

use super::super::{Component, Kind};
use super::{exceptions, frames, message};
use crate::occurrence::Occurrence;

/// Characters counted of a constant; longer ones differ by their beginning alone.
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

fn constant(text: &str) -> Component {
    Component::new(
        Kind::Custom,
        text.chars().take(CONSTANT_MAX).collect::<String>(),
    )
}

/// `{{ name }}` → `name`
fn placeholder(part: &str) -> Option<&str> {
    Some(part.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim())
}

fn filled(name: &str, occurrence: &Occurrence) -> String {
    let exception = exceptions::main(&occurrence.exceptions);
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let frame = || {
        exception?
            .stacktrace
            .as_ref()
            .and_then(|stack| frames::deciding_frame(stack, platform))
    };
    let value = match name {
        "message" => exception
            .and_then(|e| e.value.as_deref())
            .or_else(|| occurrence.message.as_ref().map(|m| m.formatted.as_str()))
            .map(message::parametrize),
        "type" | "error.type" => exception.and_then(|e| e.kind.clone()),
        "value" | "error.value" => exception
            .and_then(|e| e.value.as_deref())
            .map(message::parametrize),
        "function" | "stack.function" => frame().and_then(|f| f.function.clone()),
        "module" | "stack.module" => frame().and_then(|f| f.module.clone()),
        "transaction" => occurrence.transaction.clone(),
        "level" => occurrence.level.clone(),
        "logger" => occurrence.logger.clone(),
        other => other.strip_prefix("tags.").and_then(|tag| {
            occurrence
                .tags
                .iter()
                .find(|(key, _)| key == tag)
                .map(|(_, value)| value.clone())
        }),
    };
    value.unwrap_or_else(|| format!("<no {name}>"))
}
