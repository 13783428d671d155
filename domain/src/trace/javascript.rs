//! JavaScript: V8 (Node, Deno, Chrome), Firefox, Safari.

use super::head::{Section, begins_trace};
use super::place::{Place, file, number, text};
use crate::occurrence::{Exception, Frame};

/// How a cause is introduced, by Node and by libraries.
const CAUSE: [&str; 3] = ["[cause]: ", "Caused by: ", "caused by: "];

/// Endings of scripts, and of what is compiled to them.
const SCRIPTS: [&str; 10] = [
    "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte",
];

/// Reads the first trace of the lines.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let mut sections = vec![Section::default()];
    for line in lines {
        let trimmed = line.trim();
        let current = sections.last_mut()?;
        if let Some(cause) = CAUSE.iter().find_map(|words| trimmed.strip_prefix(words)) {
            sections.push(Section::named(cause));
        } else if let Some(frame) = frame(trimmed, !current.frames.is_empty()) {
            current.frames.push(frame);
        } else if current.frames.is_empty() {
            current.head.push(line);
        } else if begins_trace(trimmed) {
            break;
        }
    }
    if sections.iter().all(|section| section.frames.is_empty()) {
        return None;
    }
    let printed = sections.into_iter().filter(|section| !section.is_empty());
    let mut chain: Vec<_> = printed.map(Section::exception).collect();
    chain.reverse();
    Some(chain)
}

fn frame(line: &str, among_frames: bool) -> Option<Frame> {
    match line.strip_prefix("at ") {
        // Node closes a cause's or an error's properties on the same line.
        Some(call) => v8(call.trim_end_matches(['{', '}', ',', ' '])),
        None => gecko(line, among_frames),
    }
}

/// `[async] function (place)` or `[async] place`
fn v8(call: &str) -> Option<Frame> {
    let call = call.strip_prefix("async ").unwrap_or(call);
    let Some((name, place)) = call
        .strip_suffix(')')
        .and_then(|call| call.split_once(" ("))
    else {
        return bare_place(call);
    };
    let name = name.split(" [as ").next().unwrap_or(name);
    Some(Frame {
        function: text(name),
        ..v8_place(place)?
    })
}

fn v8_place(place: &str) -> Option<Frame> {
    if matches!(place, "<anonymous>" | "native") || place.starts_with("index ") {
        return Some(Frame::default());
    }
    if let Some((module, _)) = place.split_once(":wasm-function[") {
        return Some(file(module));
    }
    if let Some(origin) = place.strip_prefix("eval at ") {
        // The file that holds the innermost call of eval.
        let (_, origin) = origin.rsplit_once('(')?;
        let origin = origin.split(')').next()?;
        return Place::parse(origin).map(|place| place.frame());
    }
    // Hermes has the address in its bytecode.
    let place = Place::parse(place.strip_prefix("address at ").unwrap_or(place))?;
    place.column.map(|_| place.frame())
}

/// A place without a function's name. It must be a script's: Rust and clocks print
/// `at …:1:2` too.
fn bare_place(text: &str) -> Option<Frame> {
    let place = Place::parse(text)?;
    let (_, ending) = place.path.rsplit_once('.').unwrap_or_default();
    let is_script = SCRIPTS.contains(&ending)
        || place.path.contains("://")
        || place.path.starts_with("node:")
        || place.path.ends_with("<anonymous>")
        || place.path == "[eval]";
    (is_script && place.column.is_some()).then(|| place.frame())
}

/// Firefox and Safari: `function@place`, and a bare URL `among_frames`.
fn gecko(line: &str, among_frames: bool) -> Option<Frame> {
    let Some((name, place)) = line.split_once('@') else {
        let is_url = line.contains("://") && !line.contains(char::is_whitespace);
        return (among_frames && is_url).then(|| bare_place(line)).flatten();
    };
    let name = name.strip_prefix("async*").unwrap_or(name);
    if name.contains(char::is_whitespace) && !name.ends_with(" code") {
        return None;
    }
    let frame = if place == "[native code]" {
        Frame::default()
    } else {
        gecko_place(place)?
    };
    Some(Frame {
        function: text(name),
        ..frame
    })
}

/// `url:1:2`, `url line 3 > eval:1:2`
fn gecko_place(text: &str) -> Option<Frame> {
    let place = Place::parse(text)?;
    if let Some((path, outer)) = place.path.split_once(" line ") {
        let line = outer.split(' ').next().and_then(number)?;
        return Some(Frame {
            lineno: Some(line),
            ..file(path)
        });
    }
    let whole = place.path.contains("://") || place.path.starts_with('/');
    (whole && !place.path.contains(char::is_whitespace)).then(|| place.frame())
}
