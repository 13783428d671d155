//! What a reader calls an error, and where it happened. No part of the fingerprint.

use super::super::{Component, Kind};
use super::{exceptions, excerpt, message, said};
use crate::occurrence::Occurrence;

/// Characters of a title.
const TITLE_MAX: usize = 255;
/// Characters of a culprit.
const CULPRIT_MAX: usize = 200;

/// Type and message, or either; what was logged; where it happened.
pub(super) fn title(occurrence: &Occurrence, culprit: Option<&str>) -> String {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let exception = exceptions::main(occurrence);
    let kind = exception.and_then(|exception| exception.kind.clone());
    let text = exception
        .and_then(|exception| exception.value.as_deref())
        .and_then(|value| filled(message::parametrize(excerpt::first_line(value))));
    let title = match (kind, text) {
        (Some(kind), Some(text)) => format!("{kind}: {text}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => said(occurrence)
            .and_then(|text| filled(message::parametrize(&excerpt::opening(text))))
            .unwrap_or_else(|| culprit.unwrap_or("Unknown error").to_owned()),
    };
    cut(&title, TITLE_MAX)
}

/// The function that counts, or the route or logger.
pub(super) fn culprit(occurrence: &Occurrence, default: &[Component]) -> Option<String> {
    let counted = default.iter().find(|part| part.kind == Kind::Frame);
    let culprit = counted
        .map(|frame| frame.value.clone())
        .or_else(|| exceptions::main_frame(occurrence))
        .or_else(|| occurrence.transaction.clone())
        .or_else(|| occurrence.logger.clone())?;
    Some(cut(&culprit, CULPRIT_MAX))
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
