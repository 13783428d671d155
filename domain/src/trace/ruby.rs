//! Ruby: both orders of its own reports, and backtraces as loggers print them.

use super::head::exception;
use super::place::{Place, number, text};
use crate::occurrence::{Exception, Frame};

/// Reads the chain. Ruby prints causes after what they led to, save in the order that has
/// the newest call at the bottom.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let mut reports: Vec<Report<'_>> = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    let mut calls: Vec<Frame> = Vec::new();
    let mut newest_last = false;
    for line in lines {
        let trimmed = line.trim();
        let unnumbered = without_number(trimmed);
        newest_last |= unnumbered.len() < trimmed.len();
        let from = unnumbered.strip_prefix("from ");
        let Some((frame, rest)) = frame(from.unwrap_or(unnumbered)) else {
            match reports.last_mut() {
                Some(report) if newest_last || report.frames.len() == 1 => {
                    report.message.push(line);
                }
                None if calls.is_empty() => above.push(line),
                _ => {}
            }
            continue;
        };
        if let Some(message) = rest.strip_prefix(": ") {
            calls.push(frame);
            calls.reverse();
            reports.push(Report {
                message: vec![message],
                frames: std::mem::take(&mut calls),
            });
        } else {
            match reports.last_mut() {
                Some(report) if !newest_last => report.frames.push(frame),
                _ => calls.push(frame),
            }
        }
    }
    if reports.is_empty() {
        if newest_last {
            calls.reverse();
        }
        return (!calls.is_empty()).then(|| vec![logged(&above, calls)]);
    }
    let mut chain: Vec<_> = reports.into_iter().map(Report::exception).collect();
    if !newest_last {
        chain.reverse();
    }
    Some(chain)
}

/// One exception as Ruby reports it, its frames newest first.
struct Report<'a> {
    message: Vec<&'a str>,
    frames: Vec<Frame>,
}

impl Report<'_> {
    /// `message (Class)`, then the message's further lines.
    fn exception(self) -> Exception {
        let first = self.message.first().copied().unwrap_or_default();
        let named = first.strip_suffix(')').and_then(|m| m.rsplit_once(" ("));
        let (first, class) = named.unwrap_or((first, ""));
        let mut message = first.to_owned();
        for line in self.message.iter().skip(1) {
            message.push('\n');
            message.push_str(line.trim_end());
        }
        namespaced(class, message.trim(), self.frames)
    }
}

/// An exception whose backtrace a logger printed bare, under its name.
fn logged(above: &[&str], frames: Vec<Frame>) -> Exception {
    let (class, message) = above.iter().find_map(|line| name(line)).unwrap_or_else(|| {
        let last = above.iter().rev().find(|line| !line.trim().is_empty());
        ("", last.map_or("", |line| line.trim()))
    });
    namespaced(class, message, frames)
}

/// `Module::Class: message`, `Module::Class (message):`
fn name(line: &str) -> Option<(&str, &str)> {
    let line = line
        .split_once(" -- : ")
        .map_or(line, |(_, line)| line)
        .trim();
    let end = line.find([' ', '(']).unwrap_or(line.len());
    let (class, rest) = line.split_at(end);
    let is_class = |class: &str| {
        class.split("::").all(|part| {
            part.starts_with(|c: char| c.is_ascii_uppercase())
                && !part.contains(|c: char| !(c.is_alphanumeric() || c == '_'))
        })
    };
    let rest = rest.trim();
    if let Some(class) = class.strip_suffix(':') {
        return is_class(class).then_some((class, rest));
    }
    let message = rest.strip_prefix('(').and_then(|r| r.strip_suffix("):"));
    message
        .filter(|_| is_class(class))
        .map(|message| (class, message))
}

/// With the class's namespace for its module.
fn namespaced(class: &str, message: &str, frames: Vec<Frame>) -> Exception {
    let namespace = class.rsplit_once("::").map(|(namespace, _)| namespace);
    Exception {
        module: namespace.map(str::to_owned),
        ..exception(class, message, frames)
    }
}

/// `3: from …` → `from …`
fn without_number(line: &str) -> &str {
    match line.split_once(": ") {
        Some((count, rest)) if rest.starts_with("from ") && number(count).is_some() => rest,
        _ => line,
    }
}

/// ``file.rb:12:in `label'`` or `file.rb:12:in 'label'`, and what follows it.
fn frame(line: &str) -> Option<(Frame, &str)> {
    let (place, label) = line.split_once(":in ")?;
    let place = Place::parse(place).filter(|place| place.column.is_none())?;
    let (label, rest) = label.strip_prefix(['`', '\''])?.split_once('\'')?;
    if !rest.is_empty() && !rest.starts_with(": ") {
        return None;
    }
    let (module, function) = split_label(label);
    let frame = Frame {
        module: module.and_then(text),
        function: text(&function),
        ..place.frame()
    };
    Some((frame, rest))
}

/// `block in Foo#bar` → `Foo` and `block in bar`; before Ruby 3.4 no class is printed.
fn split_label(label: &str) -> (Option<&str>, String) {
    let name = label.rfind(' ').map_or(0, |space| space + 1);
    let (words, name) = label.split_at(name);
    let split = name.split_once('#').or_else(|| name.split_once('.'));
    match split {
        Some((class, method)) if class.starts_with(|c: char| c.is_ascii_uppercase()) => {
            (Some(class), format!("{words}{method}"))
        }
        _ => (None, label.to_owned()),
    }
}
