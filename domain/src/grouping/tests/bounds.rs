//! What no text can slow down.

use super::*;

/// Enough for quadratic work to take minutes.
const LONG: usize = 1 << 16;

const PIECES: [&str; 30] = [
    "a",
    "<",
    "<a>",
    ">",
    "(",
    "()",
    "::",
    "a::",
    "a.",
    "$",
    "$$Lambda$1",
    "lambda$",
    "operator<",
    "{{closure}}",
    "[",
    "@",
    "/",
    "\\",
    "http://a?",
    "blob:",
    "1",
    "0x1f",
    "-",
    "_",
    " ",
    "\n",
    "'",
    "\"",
    "e\u{301}",
    "Traceback (most recent call last):\n",
];

#[test]
fn the_characters_of_a_long_name_are_read_once() {
    for piece in PIECES {
        let text = piece.repeat(LONG / piece.len());
        for platform in ["python", "java", "javascript", "native"] {
            let frame = json!({
                "function": text, "module": text, "filename": text, "abs_path": text,
                "package": text, "context_line": text,
            });
            let grouping = group(&raised(platform, &text, &text, &[frame]));
            assert!(grouping.title.chars().count() <= 255, "{piece:?}");
        }
    }
}

#[test]
fn the_characters_of_a_long_message_are_read_once() {
    for piece in PIECES {
        let text = piece.repeat(LONG / piece.len());
        let event = json!({
            "message": text, "transaction": text, "logger": text, "fingerprint": [text, "{{ default }}"],
        });
        let grouping = group(&event);
        assert!(grouping.title.chars().count() <= 255, "{piece:?}");
    }
}
