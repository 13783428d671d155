//! Rust: panics with or without backtrace, and the reports of `anyhow`.

use super::head::exception;
use super::place::{Place, number};
use crate::occurrence::{Exception, Frame};

/// Reads the first panic or report of the lines.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let backtrace = lines.iter().position(|line| {
        let words = line.trim().trim_end_matches(':');
        words.eq_ignore_ascii_case("stack backtrace")
    });
    let frames = backtrace.map_or_else(Vec::new, |start| frames(&lines[start + 1..]));
    let head = &lines[..backtrace.unwrap_or(lines.len())];
    if let Some((message, place)) = panic(head) {
        let frames = if frames.is_empty() {
            vec![place.frame()]
        } else {
            frames
        };
        return Some(vec![exception("panic", &message, frames)]);
    }
    (!frames.is_empty()).then(|| report(head, frames))
}

/// Message and place of `thread 'main' panicked at …`.
fn panic<'a>(lines: &[&'a str]) -> Option<(String, Place<'a>)> {
    let (at, rest) = lines.iter().enumerate().find_map(|(at, line)| {
        let (before, rest) = line.split_once("panicked at ")?;
        before.contains("thread ").then_some((at, rest.trim_end()))
    })?;
    let following = &lines[at + 1..];
    match rest.strip_prefix('\'') {
        Some(message) => quoted(message, following),
        None => {
            let place = Place::parse(rest.strip_suffix(':').unwrap_or(rest))?;
            let message = following.iter().take_while(|line| !ends_message(line));
            Some((joined(message.copied()), place))
        }
    }
}

/// How it was printed before Rust 1.73: `'message', src/main.rs:1:2`.
fn quoted<'a>(first: &'a str, following: &[&'a str]) -> Option<(String, Place<'a>)> {
    let lines = || std::iter::once(first).chain(following.iter().copied());
    let (at, (last, place)) = lines().enumerate().find_map(|(at, line)| {
        let (last, place) = line.trim_end().rsplit_once("', ")?;
        Some((at, (last, Place::parse(place)?)))
    })?;
    let message = lines().take(at).chain(std::iter::once(last));
    Some((joined(message), place))
}

fn ends_message(line: &str) -> bool {
    line.starts_with("note: ") || (line.starts_with("thread ") && line.contains("panicked at "))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<_> = lines.map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// `Error: outermost`, then `Caused by:` with one cause a line, the root last.
fn report(head: &[&str], frames: Vec<Frame>) -> Vec<Exception> {
    let mut filled = head
        .iter()
        .map(|line| line.trim())
        .filter(|l| !l.is_empty());
    let outermost = filled
        .by_ref()
        .find_map(|line| line.strip_prefix("Error: "));
    let causes = filled.skip_while(|line| *line != "Caused by:").skip(1);
    let mut chain: Vec<_> = causes
        .map(|cause| numbered(cause).unwrap_or(cause))
        .map(|cause| exception("Error", cause, Vec::new()))
        .collect();
    chain.reverse();
    chain.push(exception("Error", outermost.unwrap_or_default(), frames));
    chain
}

/// The frames, newest first, without those that only handled the panic.
fn frames(lines: &[&str]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in lines {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with("note: ") {
            break;
        }
        if let Some(place) = trimmed.strip_prefix("at ").and_then(Place::parse) {
            let function = frames.last_mut();
            if let Some(function) = function.filter(|frame| frame.lineno.is_none()) {
                let name = function.function.take();
                *function = Frame {
                    function: name,
                    ..place.frame()
                };
            }
        } else if !trimmed.starts_with("[...") {
            // A line without number is a call that was inlined into the one above.
            let name = function(numbered(trimmed).unwrap_or(trimmed));
            frames.push(Frame {
                function: Some(name),
                ..Frame::default()
            });
        }
    }
    let handler = frames.iter().rposition(|frame| {
        let name = frame.function.as_deref().unwrap_or_default();
        name.ends_with("rust_begin_unwind")
    });
    frames.drain(..handler.map_or(0, |handler| handler + 1));
    frames
}

/// `12: rest` → `rest`
fn numbered(line: &str) -> Option<&str> {
    let (count, rest) = line.split_once(':')?;
    number(count).map(|_| rest.trim_start())
}

/// `0x55d0c0de - name::h0123456789abcdef` → `name`
fn function(text: &str) -> String {
    let name = match text.split_once(" - ") {
        Some((address, name)) if address.starts_with("0x") => name,
        _ => text,
    };
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hex_digits(hash) == 16 => name.to_owned(),
        _ => without_crate_hashes(name),
    }
}

/// `shop[e28293b1aa0f68bd]::order` → `shop::order`
fn without_crate_hashes(name: &str) -> String {
    let mut clean = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        clean.push_str(before);
        let digits = hex_digits(after);
        rest = match after[digits..].strip_prefix(']') {
            Some(rest) if digits >= 8 => rest,
            _ => {
                clean.push('[');
                after
            }
        };
    }
    clean + rest
}

fn hex_digits(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_ascii_hexdigit());
    end.unwrap_or(text.len())
}
