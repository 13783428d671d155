//! Foreign text within our sentences: on one line, bounded, and unable to end its quotation.

/// The text without line ends, control characters and backticks, at most so many characters.
pub(super) fn plain(text: &str, max: usize) -> String {
    let mut plain = String::new();
    let mut after_space = true;
    let mut kept = 0;
    for char in text.chars() {
        let char = match char {
            '`' => '\'',
            _ if char.is_whitespace() || char.is_control() => ' ',
            _ => char,
        };
        if after_space && char == ' ' {
            continue;
        }
        if kept == max {
            plain.push('…');
            return plain;
        }
        after_space = char == ' ';
        plain.push(char);
        kept += 1;
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The text as a quotation.
pub(super) fn quoted(text: &str, max: usize) -> String {
    format!("`{}`", plain(text, max))
}
