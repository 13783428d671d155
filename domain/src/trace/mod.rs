//! Stack traces in plain text, parsed into frames.
//!
//! Each language has a reader in a file of its own. A reader takes the lines of the text and
//! answers the chain, causes first, or `None` where it meets no frame of its language's
//! making. No trace is taken by two, so that their order matters only to a text that mixes
//! languages.
//!
//! To add a language: write its reader, name it in `LANGUAGES`, and add a sample to
//! `tests/samples.rs`; the tests then check that no other reader claims it and that nothing
//! cut out of it or mixed into it breaks the reader. Readers go through the lines once, and
//! look at a line a fixed number of times: texts come from outside.

mod colour;
mod dotnet;
mod go;
mod head;
mod java;
mod javascript;
mod margin;
mod php;
mod place;
mod python;
mod ruby;
mod rust;

#[cfg(test)]
mod tests;

use crate::occurrence::{Exception, Frame};
use crate::scrub::Limits;

/// A stack trace taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Sentry's word for the language.
    pub platform: &'static str,
    /// The chain: causes first.
    pub exceptions: Vec<Exception>,
}

struct Language {
    platform: &'static str,
    read: fn(&[&str]) -> Option<Vec<Exception>>,
}

const LANGUAGES: [Language; 8] = [
    language("python", python::read),
    language("java", java::read),
    language("javascript", javascript::read),
    language("csharp", dotnet::read),
    language("go", go::read),
    // What Sentry's SDK for Rust calls itself.
    language("native", rust::read),
    language("ruby", ruby::read),
    language("php", php::read),
];

const fn language(platform: &'static str, read: fn(&[&str]) -> Option<Vec<Exception>>) -> Language {
    Language { platform, read }
}

/// Takes a printed stack trace apart; `None` if it is none that is known.
///
/// Of several traces in a text only the first is read. Never more frames and exceptions
/// come back than [`Limits`] allows; the work grows with the text, not faster.
#[must_use]
pub fn parse(text: &str) -> Option<Trace> {
    let text = colour::without(text);
    let lines: Vec<&str> = text.lines().collect();
    let lines = margin::without(&lines);
    LANGUAGES.iter().find_map(|language| {
        let mut exceptions = (language.read)(&lines)?;
        bound(&mut exceptions);
        Some(Trace {
            platform: language.platform,
            exceptions,
        })
    })
}

/// Keeps the exceptions raised last, and both ends of each stack.
fn bound(exceptions: &mut Vec<Exception>) {
    let limits = Limits::default();
    exceptions.drain(..exceptions.len().saturating_sub(limits.exceptions));
    for stack in exceptions.iter_mut().filter_map(|e| e.stacktrace.as_mut()) {
        if let Some(excess) = stack.frames.len().checked_sub(limits.frames) {
            let oldest = limits.frames / 2;
            stack.frames.drain(oldest..oldest + excess);
        }
        stack.frames.iter_mut().for_each(forget_empty);
    }
}

/// What stands where a name is looked for may be nothing.
fn forget_empty(frame: &mut Frame) {
    for name in [&mut frame.function, &mut frame.module, &mut frame.filename] {
        name.take_if(|name| name.is_empty());
    }
}
