//! The message parametrizer: a short line, empty only for a blank text, and blind to numbers.

use bugsage_domain::grouping::parametrize;

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 4_096;
/// What a placeholder may make of one byte, with the space behind it: `<int>`.
const GROWTH: usize = 6;

pub(crate) fn hold(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let line = parametrize(text);
    assert_eq!(line, parametrize(text));
    assert!(line.len() <= GROWTH * LOOKED_AT.min(text.len()));
    assert_eq!(line.trim(), line);
    assert!(
        !line.contains(['\n', '\r', '\t']) && !line.contains("  "),
        "{line:?}"
    );
    let beginning = &text[..text.floor_char_boundary(LOOKED_AT)];
    assert_eq!(line.is_empty(), beginning.trim().is_empty());

    // Only what follows a number may vary: the words around it stay.
    let with = |number: u32| parametrize(&format!("{} {number}", line_of(text)));
    assert_eq!(with(7), with(12_345));
}

/// Short enough for a number behind it to be looked at.
fn line_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT / 2)]
}
