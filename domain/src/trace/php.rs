//! PHP: uncaught errors, exceptions turned into text, Laravel's log.

use super::head::exception;
use super::place::{Place, file, number};
use crate::occurrence::{Exception, Frame};

const OBJECT: &str = "[object] (";
const PREVIOUS: &str = "[previous exception] ";

/// Reads the chain: PHP prints causes first, `Next` what they led to; Laravel's log goes
/// the other way, by `[previous exception]`.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let mut chain = Vec::new();
    let mut head: Vec<&str> = Vec::new();
    let mut calls: Vec<Call<'_>> = Vec::new();
    let mut outermost_first = false;
    let mut called = false;
    for line in lines {
        let trimmed = line.trim();
        if let Some(call) = Call::parse(trimmed) {
            calls.push(call);
            called = true;
        } else if trimmed == "Stack trace:" || trimmed == "[stacktrace]" {
            // What follows is told by its form.
        } else if calls.is_empty() {
            head.push(line);
        } else if trimmed.starts_with("Next ") || trimmed.starts_with(PREVIOUS) {
            outermost_first |= trimmed.starts_with(PREVIOUS);
            chain.push(finish(&head, &calls));
            head = vec![line];
            calls.clear();
        } else if !trimmed.is_empty() {
            break;
        }
    }
    chain.push(finish(&head, &calls));
    if outermost_first {
        chain.reverse();
    }
    let has_frames = |one: &Exception| one.stacktrace.is_some();
    (called && chain.iter().any(has_frames)).then_some(chain)
}

/// One numbered line: which function was called, and from where.
#[derive(Default)]
struct Call<'a> {
    /// `None` for the script itself.
    function: Option<&'a str>,
    place: Option<(&'a str, u32)>,
}

impl<'a> Call<'a> {
    /// `#0 /srv/file.php(12): Class->method(Object(Foo), 1)`, `#1 {main}`
    fn parse(line: &'a str) -> Option<Self> {
        let (count, rest) = line.strip_prefix('#')?.split_once(' ')?;
        number(count)?;
        let (place, called) = match rest {
            "{main}" => return Some(Self::default()),
            _ => match rest.strip_prefix("[internal function]: ") {
                Some(called) => (None, called),
                None => split_place(rest)?,
            },
        };
        Some(Self {
            function: called.split('(').next(),
            place,
        })
    }
}

/// `file(12): rest`; the file's own name may hold brackets too.
fn split_place(text: &str) -> Option<(Option<(&str, u32)>, &str)> {
    text.match_indices("): ").find_map(|(end, mark)| {
        let before = text[..end].trim_end_matches(|c: char| c.is_ascii_digit());
        let path = before.strip_suffix('(').filter(|path| is_path(path))?;
        let line = number(&text[before.len()..end])?;
        Some((Some((path, line)), &text[end + mark.len()..]))
    })
}

fn is_path(text: &str) -> bool {
    text.contains(['/', '\\']) || text.ends_with(".php")
}

/// The frames, newest first. A call says where its caller was, so that each place belongs to
/// the function named one line further down, and the place of the exception to the first.
fn frames(thrown: Option<(&str, u32)>, calls: &[Call<'_>]) -> Vec<Frame> {
    let places = std::iter::once(thrown).chain(calls.iter().map(|call| call.place));
    let functions = calls.iter().map(|call| call.function).chain([None]);
    places
        .zip(functions)
        .filter(|(place, function)| place.is_some() || function.is_some())
        .map(|(place, function)| Frame {
            function: function.map(|name| unescaped(name).replacen("->", "::", 1)),
            lineno: place.map(|(_, line)| line),
            ..place.map(|(path, _)| file(path)).unwrap_or_default()
        })
        .collect()
}

fn finish(head: &[&str], calls: &[Call<'_>]) -> Exception {
    let mut lines = head.iter().enumerate();
    let Some((at, (kind, first))) = lines.find_map(|(at, line)| Some((at, name(line)?))) else {
        return exception("", "", frames(None, calls));
    };
    let mut text = first.to_owned();
    for line in &head[at + 1..] {
        text.push('\n');
        text.push_str(line);
    }
    let (message, place) = split_thrown(text.trim_end());
    exception(
        &kind.replace(r"\\", r"\"),
        message.trim(),
        frames(place, calls),
    )
}

/// Laravel's log is JSON, up to a point.
fn unescaped(name: &str) -> String {
    name.replace(r"\\", r"\")
}

/// The class, and what is printed after it: `: message in file:12`, ` in file:12`.
fn name(line: &str) -> Option<(&str, &str)> {
    if let Some((_, object)) = line.split_once(OBJECT) {
        let (class, rest) = object.split_once("(code: ")?;
        return Some((class, rest.split_once("): ")?.1));
    }
    let line = line.trim();
    let line = match line.split_once("Uncaught ") {
        Some((_, line)) => line,
        None => line.strip_prefix("Next ").unwrap_or(line),
    };
    let end = line.find(|c: char| !(c.is_alphanumeric() || "_\\@".contains(c)))?;
    let (class, rest) = line.split_at(end);
    let is_class = class.starts_with(|c: char| c.is_alphabetic() || c == '\\');
    if !is_class || rest.starts_with(" in ") {
        return is_class.then_some((class, rest));
    }
    rest.strip_prefix(": ").map(|message| (class, message))
}

/// `message in file:12` or, in Laravel's log, `message at file:12)`.
fn split_thrown(text: &str) -> (&str, Option<(&str, u32)>) {
    let (text, word) = match text.strip_suffix(')') {
        Some(text) => (text, " at "),
        None => (text, " in "),
    };
    text.rfind(word)
        .and_then(|end| {
            let place = Place::parse(&text[end + word.len()..])?;
            Some((&text[..end], Some((place.path, place.line))))
        })
        .unwrap_or((text, None))
}
