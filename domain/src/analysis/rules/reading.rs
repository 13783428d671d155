//! How names and messages are read.

use crate::occurrence::{Exception, Frame};

/// Bytes of a name that are read.
const NAME_MAX: usize = 256;

/// Module and type in small letters, parts divided by dots: `net.readtimeout`.
pub(super) fn full_name(exception: &Exception) -> String {
    let module = exception.module.as_deref().unwrap_or_default();
    let kind = exception.kind.as_deref().unwrap_or_default();
    let name = [beginning(module, NAME_MAX), beginning(kind, NAME_MAX)].join(".");
    let name = name.trim_start_matches(['*', '&', '.']).replace("::", ".");
    let end = name.find(['<', '`', '(', ' ']);
    // `fatal error` is a type of two words.
    let end = end.filter(|end| !name[*end..].starts_with(' '));
    name[..end.unwrap_or(name.len())]
        .replace(['\\', '$', '/', '+'], ".")
        .to_ascii_lowercase()
}

/// `key not found: "DATABASE_URL"`
pub(super) fn names_setting(exception: &Exception) -> bool {
    let message = exception.value.as_deref().unwrap_or_default();
    let last = message
        .lines()
        .next()
        .unwrap_or_default()
        .split(' ')
        .next_back();
    let name = last.unwrap_or_default().trim_matches(['"', '\'', ':', '.']);
    let loud = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.contains('_') && name.bytes().all(loud)
}

/// `module function`, or the file where there is no module.
pub(super) fn call(frame: &Frame) -> String {
    let place = frame.module.as_deref().or(frame.filename.as_deref());
    let function = frame.function.as_deref().unwrap_or_default();
    let place = beginning(place.unwrap_or_default(), NAME_MAX);
    format!("{place} {}", beginning(function, NAME_MAX))
}

pub(super) fn is_word(text: &str, start: usize, end: usize) -> bool {
    let inside = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let bytes = text.as_bytes();
    !inside(bytes[..start].last()) && !inside(bytes.get(end))
}

/// The text's first bytes, to the end of a character.
pub(super) fn beginning(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
