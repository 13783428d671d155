//! The JVM: Java, Kotlin, Scala, Groovy, Clojure.

use super::head::{Section, begins_trace, split_module};
use super::place::{number, text};
use crate::occurrence::{Exception, Frame};
use crate::scrub::Limits;

/// Bytes of frames that are given again, in all: short lines ask for many, as often as they like.
const GIVEN_AGAIN_MAX: usize = 4 * 1024 * 1024;

/// Reads the first trace of the lines. Exceptions that were suppressed are left out: they are
/// no part of the chain.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let limits = Limits::default();
    let mut sections = vec![Section::default()];
    let mut suppressed: Option<usize> = None;
    let mut room = GIVEN_AGAIN_MAX;
    for line in lines {
        let trimmed = line.trim();
        let cause = trimmed.strip_prefix("Caused by: ");
        if let Some(margin) = suppressed {
            // With its margin lost, a cause is taken for that of what was thrown.
            if cause.is_none() || indent(line) >= margin.max(1) {
                continue;
            }
            suppressed = None;
        }
        let current = sections.last_mut()?;
        if let Some(cause) = cause {
            // Causes are printed last, and of too many those raised last stay.
            if sections.len() == limits.exceptions || is_circular(cause) {
                break;
            }
            sections.push(Section::named(cause));
        } else if let Some(frame) = frame(trimmed) {
            current.frames.push(frame);
        } else if let Some(count) = omitted(trimmed) {
            restore(&mut sections, count.min(limits.frames), &mut room);
        } else if current.frames.is_empty() {
            current.head.push(line);
        } else if trimmed.starts_with("Suppressed: ") {
            suppressed = Some(indent(line));
        } else if begins_trace(trimmed) {
            break;
        }
    }
    if sections.iter().all(|section| section.frames.is_empty()) {
        return None;
    }
    let printed = sections.into_iter().filter(|section| !section.is_empty());
    let mut chain: Vec<_> = printed
        .map(|section| split_module(section.exception()))
        .collect();
    chain.reverse();
    Some(chain)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_circular(text: &str) -> bool {
    text.trim_start_matches('[')
        .starts_with("CIRCULAR REFERENCE")
}

/// `... 12 more`, `... 12 common frames omitted`
fn omitted(line: &str) -> Option<usize> {
    let (count, words) = line.strip_prefix("... ")?.split_once(' ')?;
    let known = words == "more" || words.starts_with("common frames omitted");
    known.then(|| count.parse().ok()).flatten()
}

/// Gives the last section the oldest frames that it shares with the one that it caused, while
/// there is room.
fn restore(sections: &mut [Section<'_>], count: usize, room: &mut usize) {
    let [.., enclosing, current] = sections else {
        return;
    };
    let shared = enclosing.frames.len().saturating_sub(count);
    for frame in &enclosing.frames[shared..] {
        let Some(left) = room.checked_sub(size(frame)) else {
            return;
        };
        *room = left;
        current.frames.push(frame.clone());
    }
}

/// What a frame read here takes in memory, in bytes.
fn size(frame: &Frame) -> usize {
    let texts = [&frame.function, &frame.module, &frame.filename];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    size_of::<Frame>() + texts
}

/// `at [loader/][module@version/]package.Class.method(Source.java:12) [~[library.jar:1.0]]`
fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?;
    let call = match call.find(") ") {
        Some(end) if call[end + 2..].starts_with(['[', '~']) => &call[..=end],
        _ => call,
    };
    let (name, source) = call.strip_suffix(')')?.rsplit_once('(')?;
    let (class, method) = without_module(name).rsplit_once('.')?;
    if class.is_empty() || class.contains(char::is_whitespace) || method.ends_with(' ') {
        return None;
    }
    let (filename, lineno) = source_file(source)?;
    Some(Frame {
        function: text(method),
        module: text(class),
        filename: filename.map(str::to_owned),
        lineno,
        ..Frame::default()
    })
}

/// Without class loader and module. A `/` also stands in the names of hidden classes
/// (`Foo$$Lambda/0x0001`), after a `$`.
fn without_module(mut name: &str) -> &str {
    while let Some((before, rest)) = name.split_once('/')
        && !before.contains('$')
    {
        name = rest;
    }
    name
}

/// The file and line of `Source.java:12`; the file is `None` where the JVM knows none.
fn source_file(source: &str) -> Option<(Option<&str>, Option<u32>)> {
    let (file, lineno) = match source.rsplit_once(':') {
        Some((file, line)) => (file, Some(number(line)?)),
        None => (source, None),
    };
    match file {
        "Native Method" | "Unknown Source" | "<generated>" | "<Unknown>" => Some((None, lineno)),
        "" => None,
        _ if file.contains([' ', '/', '\\', ':', '"', '\'']) => None,
        "SourceFile" => Some((Some(file), lineno)),
        _ => (lineno.is_some() || file.contains('.')).then_some((Some(file), lineno)),
    }
}
