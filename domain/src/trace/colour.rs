//! Colours, which terminals show and traces should not have.

use std::borrow::Cow;

const ESCAPE: &str = "\u{1b}[";

/// The text without what sets colours and weights (`ESC [ 1;31 m`).
pub(super) fn without(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(ESCAPE);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        let mut rest = end.chars();
        let is_ended = rest.next().is_some_and(|c| c.is_ascii_alphabetic());
        plain.push_str(if is_ended { rest.as_str() } else { end });
    }
    Cow::Owned(plain)
}
