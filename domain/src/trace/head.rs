//! The line that names an exception, `Type: message`, and the lines around it, for the
//! languages that print it above the frames.

use super::place::text;
use crate::occurrence::{Exception, Frame, Stacktrace};

/// What the names of exceptions end in, by good habit.
const ENDINGS: [&str; 4] = ["Error", "Exception", "Throwable", "Failure"];
/// What runtimes say before the name.
const UNCAUGHT: [&str; 5] = [
    "Uncaught (in promise) ",
    "Uncaught ",
    "Unhandled exception. ",
    "Unhandled Exception: ",
    "Unhandled rejection ",
];
/// Characters of an error code between name and colon: `SocketException (61): …`.
const CODE_MAX: usize = 64;

/// An exception as printed: some lines that name it, then its frames, newest first.
#[derive(Debug, Default)]
pub(super) struct Section<'a> {
    pub(super) head: Vec<&'a str>,
    pub(super) frames: Vec<Frame>,
}

impl<'a> Section<'a> {
    pub(super) fn named(first: &'a str) -> Self {
        Self {
            head: vec![first],
            frames: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.head.iter().all(|line| line.trim().is_empty())
    }

    /// The exception, its type with everything before it.
    pub(super) fn exception(self) -> Exception {
        let (kind, value) = name_and_message(&self.head);
        exception(kind.unwrap_or_default(), &value, self.frames)
    }
}

/// An exception from what was printed of it, its frames newest first.
pub(super) fn exception(kind: &str, value: &str, mut frames: Vec<Frame>) -> Exception {
    frames.reverse();
    Exception {
        kind: text(kind),
        value: text(value),
        stacktrace: (!frames.is_empty()).then_some(Stacktrace { frames }),
        ..Exception::default()
    }
}

/// `module.Type` → `module` and `Type`.
pub(super) fn split_module(mut exception: Exception) -> Exception {
    if let Some((module, name)) = exception.kind.as_deref().and_then(|k| k.rsplit_once('.')) {
        exception.module = text(module);
        exception.kind = text(name);
    }
    exception
}

/// Whether a line begins another trace.
pub(super) fn begins_trace(line: &str) -> bool {
    class(bare(line)).is_some_and(|(name, _)| is_qualified(name) || is_named_so(name))
}

/// The type and the message. A qualified name at the beginning of a line is the surest sign,
/// then a plain name there, then one after a log's words; else the last line is the message.
fn name_and_message<'a>(lines: &[&'a str]) -> (Option<&'a str>, String) {
    let at_start = |accept: fn(&str) -> bool| {
        lines.iter().enumerate().find_map(|(at, line)| {
            class(bare(line))
                .filter(|(name, _)| accept(name))
                .map(|found| (at, found))
        })
    };
    let found = at_start(is_qualified)
        .or_else(|| at_start(is_named_so))
        .or_else(|| {
            let mut lines = lines.iter().enumerate();
            lines.find_map(|(at, line)| Some((at, class_within(line)?)))
        })
        .or_else(|| {
            let mut lines = lines.iter().enumerate().rev();
            let (at, last) = lines.find(|(_, line)| !line.trim().is_empty())?;
            let named = class(bare(last)).filter(|(name, _)| starts_upper(name));
            Some((at, named.unwrap_or(("", last.trim()))))
        });
    let Some((at, (name, first))) = found else {
        return (None, String::new());
    };
    let mut message = first.trim().to_owned();
    for line in &lines[at + 1..] {
        message.push('\n');
        message.push_str(line.trim_end());
    }
    (Some(name), message.trim().to_owned())
}

/// The line without what a runtime says before the name.
fn bare(line: &str) -> &str {
    let line = line.trim();
    if let Some((_, rest)) = line
        .strip_prefix("Exception in thread \"")
        .and_then(|rest| rest.split_once("\" "))
    {
        return rest;
    }
    UNCAUGHT
        .iter()
        .find_map(|words| line.strip_prefix(words))
        .unwrap_or(line)
}

/// A class at the beginning of the text, and the message after it.
fn class(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !(c.is_alphanumeric() || "_$.+`".contains(c)));
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    if name.is_empty() || name.split('.').any(str::is_empty) {
        return None;
    }
    let rest = without_code(rest);
    if rest.trim().is_empty() {
        return Some((name, ""));
    }
    let message = rest.strip_prefix(':')?;
    (message.is_empty() || message.starts_with(char::is_whitespace)).then_some((name, message))
}

/// A class whose name says so, somewhere in the line.
fn class_within(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let mut after_space = true;
    line.char_indices().find_map(|(at, c)| {
        let begins_word = std::mem::replace(&mut after_space, c.is_whitespace());
        if !begins_word || !c.is_alphabetic() {
            return None;
        }
        class(&line[at..]).filter(|(name, _)| is_named_so(name))
    })
}

/// Without ` (0x80004005)`, ` [ERR_ASSERTION]` or a generic's argument.
fn without_code(rest: &str) -> &str {
    let code = rest.trim_start();
    let close = match code.as_bytes().first() {
        Some(b'(') => ')',
        Some(b'[') => ']',
        _ => return rest,
    };
    let end = code
        .char_indices()
        .take(CODE_MAX)
        .find(|(_, c)| *c == close);
    end.map_or(rest, |(end, _)| &code[end + 1..])
}

fn is_qualified(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(module, last)| {
        starts_upper(last) && !module.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn is_named_so(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}
