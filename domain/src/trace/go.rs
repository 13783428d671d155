//! Go: panics, fatal errors, dumps of goroutines.

use super::head::exception;
use super::place::{Place, number, text};
use crate::occurrence::{Exception, Frame};

/// Reads the first goroutine that has frames, which is the one that panicked, and the panics
/// above it.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let (start, frames) = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_goroutine(line.trim()))
        .map(|(start, _)| (start, frames(&lines[start + 1..])))
        .find(|(_, frames)| !frames.is_empty())?;
    let mut panics = panics(&lines[..start]);
    // The stack is that of the last panic; those before it were raised while it unwound.
    let (kind, value) = panics.pop().unwrap_or_default();
    let earlier = panics.iter();
    let mut chain: Vec<_> = earlier
        .map(|(kind, value)| exception(kind, value, Vec::new()))
        .collect();
    chain.push(exception(kind, value.trim(), frames));
    Some(chain)
}

/// `goroutine 17 [running, locked to thread]:`, `goroutine 1 gp=0xc000002380 m=0 [idle]:`
fn is_goroutine(line: &str) -> bool {
    line.strip_prefix("goroutine ")
        .and_then(|rest| rest.strip_suffix("]:")?.split_once(" ["))
        .and_then(|(id, _)| id.split(' ').next())
        .is_some_and(|id| number(id).is_some())
}

/// Type and message of what is printed above a goroutine, first raised first.
fn panics(lines: &[&str]) -> Vec<(&'static str, String)> {
    let mut panics: Vec<(&'static str, String)> = Vec::new();
    let mut in_message = false;
    for line in lines {
        let trimmed = line.trim();
        if let Some((kind, message)) = panic(trimmed) {
            panics.push((kind, unmarked(message).to_owned()));
            in_message = true;
        } else if trimmed.is_empty() || trimmed.starts_with("[signal ") {
            in_message = false;
        } else if let Some((_, message)) = panics.last_mut().filter(|_| in_message) {
            message.push('\n');
            message.push_str(unmarked(trimmed));
        }
    }
    if panics.is_empty() {
        let last = lines.iter().rev().find(|line| !line.trim().is_empty());
        panics.extend(last.map(|line| ("", line.trim().to_owned())));
    }
    panics
}

fn panic(line: &str) -> Option<(&'static str, &str)> {
    if let Some((_, served)) = line.split_once("http: panic serving ") {
        // The client's address comes first.
        let (_, message) = served.split_once(": ")?;
        return Some(error("panic", message));
    }
    let (kind, message) = match line.strip_prefix("panic: ") {
        Some(message) => ("panic", message),
        None => ("fatal error", line.strip_prefix("fatal error: ")?),
    };
    Some(error(kind, message))
}

fn error<'a>(kind: &'static str, message: &'a str) -> (&'static str, &'a str) {
    match message.strip_prefix("runtime error: ") {
        Some(message) => ("runtime error", message),
        None => (kind, message),
    }
}

/// Without ` [recovered]` and the like.
fn unmarked(message: &str) -> &str {
    match message.rfind(" [recovered") {
        Some(end) if message.ends_with(']') => &message[..end],
        _ => message,
    }
}

/// The frames of one goroutine, newest first: a line for the function, one for the place.
fn frames(lines: &[&str]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut function = None;
    for line in lines {
        let trimmed = line.trim();
        if trimmed.is_empty() || is_goroutine(trimmed) {
            break;
        }
        match (function.take(), place(trimmed)) {
            (Some(function), Some(place)) => frames.push(named(function, place.frame())),
            _ => function = Some(trimmed),
        }
    }
    frames
}

/// `/srv/app/main.go:12 +0x1d`
fn place(line: &str) -> Option<Place<'_>> {
    let place = match line.rsplit_once(" +0x") {
        Some((place, _)) => place,
        None => line,
    };
    Place::parse(place).filter(|place| place.column.is_none())
}

/// `host/path/package.(*Type).method(0xc000012345, 0x1)`, or who started the goroutine.
fn named(call: &str, frame: Frame) -> Frame {
    let name = match call.strip_prefix("created by ") {
        Some(creator) => creator.split(" in goroutine ").next().unwrap_or(creator),
        None => call.rfind('(').map_or(call, |end| &call[..end]),
    };
    let name = name.strip_suffix("[...]").unwrap_or(name);
    let package = name.rfind('/').map_or(0, |slash| slash + 1);
    let (module, function) = match name[package..].find('.') {
        Some(dot) => (&name[..package + dot], &name[package + dot + 1..]),
        // `panic` has no package, but is the runtime's.
        None => ("runtime", name),
    };
    Frame {
        module: text(module),
        function: text(function),
        ..frame
    }
}
