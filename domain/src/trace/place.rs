//! Where in the source: paths, lines and columns.

use crate::occurrence::Frame;

/// A file with a line, and a column where one is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) line: u32,
    pub(super) column: Option<u32>,
}

impl<'a> Place<'a> {
    /// `path:line` or `path:line:column`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (rest, last) = split_number(text)?;
        let (path, line, column) = match split_number(rest) {
            Some((path, line)) => (path, line, Some(last)),
            None => (rest, last, None),
        };
        (!path.is_empty()).then_some(Self { path, line, column })
    }

    pub(super) fn frame(&self) -> Frame {
        Frame {
            lineno: Some(self.line),
            colno: self.column,
            ..file(self.path)
        }
    }
}

fn split_number(text: &str) -> Option<(&str, u32)> {
    let (rest, digits) = text.rsplit_once(':')?;
    Some((rest, number(digits)?))
}

/// A number without sign.
pub(super) fn number(digits: &str) -> Option<u32> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}

/// A frame that knows its file. Where the path is whole it says little of the program and
/// much of the machine, so that the file's name alone is the short form.
pub(super) fn file(path: &str) -> Frame {
    let absolute = is_absolute(path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let short = if absolute && !name.is_empty() {
        name
    } else {
        path
    };
    Frame {
        filename: text(short),
        abs_path: absolute.then(|| path.to_owned()),
        ..Frame::default()
    }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\'])
        || path.contains("://")
        || matches!(path.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// A text, unless it is empty.
pub(super) fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
