//! Which frame of a stack decides, and what of it counts.

use std::collections::HashMap;

use super::origin::{is_library, is_plumbing};
use super::{names, panics, place};
use crate::occurrence::{Frame, Stacktrace};

/// Frames of the longest circle of functions that is looked for.
const CIRCLE_MAX: usize = 64;
/// Rounds of a circle by which a full stack is known to be one, and not cut short by the sender.
const ROUNDS_MIN: usize = 3;
/// Characters of a source line that may count; longer ones are a minifier's.
const SOURCE_LINE_MAX: usize = 200;

/// A frame, and what of it counts: module or file, and function.
pub(crate) type Deciding<'a> = (&'a Frame, String);

/// The topmost frame of the application; where the sender marked none, of those that are no
/// library's by their names; of all frames where none is the application's.
///
/// `exhausted` says that the stack was full: the top frame is then chance.
pub(crate) fn deciding<'a>(
    stack: &'a Stacktrace,
    platform: &str,
    exhausted: bool,
) -> Option<Deciding<'a>> {
    let frames = panics::below(&stack.frames);
    let marked = frames.iter().any(|frame| frame.in_app == Some(true));
    let any = |frame: &'a Frame| {
        let frame = Some(frame).filter(|frame| !is_plumbing(frame))?;
        Some((frame, identity(frame, platform)?))
    };
    let unknown = |frame: &'a Frame| any(Some(frame).filter(|frame| !is_library(frame))?);
    let own = |frame: &'a Frame| match frame.in_app {
        Some(true) if !panics::is_foreign(frame) => any(frame),
        None if !marked => unknown(frame),
        _ => None,
    };
    top(frames, exhausted, own)
        .or_else(|| top(frames, exhausted, unknown))
        .or_else(|| top(frames, exhausted, any))
}

/// A frame as similarity sees it.
pub(crate) struct Step {
    /// Module or file, and function: what version 1 counts of the frame that decides.
    pub(crate) function: String,
    /// The module, or the file.
    pub(crate) place: Option<String>,
    /// It is the application's, by the sender's word, or else by its name.
    pub(crate) own: bool,
}

/// The frames from the top, without those that only hand a failure on.
pub(crate) fn steps<'a>(
    stack: &'a Stacktrace,
    platform: &'a str,
) -> impl Iterator<Item = Step> + 'a {
    let frames = panics::below(&stack.frames);
    let marked = frames.iter().any(|frame| frame.in_app == Some(true));
    let kept = frames.iter().rev().filter(|frame| !is_plumbing(frame));
    kept.filter_map(move |frame| {
        Some(Step {
            function: identity(frame, platform)?,
            place: place::of(frame, frame.platform.as_deref().unwrap_or(platform), true),
            own: match frame.in_app {
                Some(own) => own && !panics::is_foreign(frame),
                None => !marked && !is_library(frame),
            },
        })
    })
}

/// The topmost frame that counts; of a circle of functions, whose depth is chance, always the
/// same member.
fn top<'a>(
    frames: &'a [Frame],
    exhausted: bool,
    counts: impl Fn(&'a Frame) -> Option<Deciding<'a>>,
) -> Option<Deciding<'a>> {
    let mut above = frames.iter().enumerate().rev();
    let (index, top) = above.find_map(|(index, frame)| Some((index, counts(frame)?)))?;
    let circle = if exhausted {
        most_frequent(frames)
    } else {
        frames[index + 1 - period(&frames[..=index])..=index]
            .iter()
            .collect()
    };
    if circle.len() <= 1 && !exhausted {
        return Some(top);
    }
    let members = circle.into_iter().filter_map(counts);
    members
        .min_by(|(_, one), (_, other)| one.cmp(other))
        .or(Some(top))
}

/// What tells functions of one stack apart, cheaply.
fn key(frame: &Frame) -> [Option<&str>; 3] {
    [
        frame.module.as_deref(),
        frame.function.as_deref(),
        frame.filename.as_deref(),
    ]
}

/// Frames of the circle at the end of a stack, if it was gone round twice at least; else 1.
fn period(frames: &[Frame]) -> usize {
    let same = |(a, b): (&Frame, &Frame)| key(a) == key(b);
    (1..=CIRCLE_MAX.min(frames.len() / 2))
        .find(|length| {
            let (before, last) = frames.split_at(frames.len() - length);
            last.iter().rev().zip(before.iter().rev()).all(same)
        })
        .unwrap_or(1)
}

/// One frame of each function that is on the stack nearly as often as the most frequent, which
/// may have several places in the circle.
fn most_frequent(frames: &[Frame]) -> Vec<&Frame> {
    let mut counts = HashMap::new();
    for frame in frames {
        counts.entry(key(frame)).or_insert((frame, 0_usize)).1 += 1;
    }
    let most = counts.values().map(|(_, count)| *count).max().unwrap_or(0);
    let often = |count: usize| most >= ROUNDS_MIN && count * 4 >= most;
    let members = counts.into_values().filter(|(_, count)| often(*count));
    members.map(|(frame, _)| frame).collect()
}

/// Module and function; file and function where there is no module; the source line, and last
/// the line number, where the function has no name.
fn identity(frame: &Frame, platform: &str) -> Option<String> {
    let platform = frame.platform.as_deref().unwrap_or(platform);
    let function = match state_machine(frame) {
        Some(method) => Some(method.to_owned()),
        None => frame
            .function
            .as_deref()
            .and_then(|name| names::function(name, platform)),
    };
    let place = place::of(frame, platform, function.is_some());
    match (place, function) {
        (Some(place), Some(function)) => Some(format!("{place} in {function}")),
        (None, Some(function)) => Some(function),
        (Some(place), None) => Some(match source_line(frame, platform) {
            Some(line) => format!("{place} at {line}"),
            None => place,
        }),
        (None, None) => None,
    }
}

/// `MyApp.Store+<Load>d__5` `MoveNext` is what the compiler made of `MyApp.Store` `Load`.
fn state_machine(frame: &Frame) -> Option<&str> {
    let module = frame
        .module
        .as_deref()
        .filter(|_| frame.function.as_deref() == Some("MoveNext"));
    let (_, method) = module?.rsplit_once("+<")?;
    Some(method.split_once('>')?.0).filter(|method| !method.is_empty())
}

/// A nameless function's line. A browser's number is that of a bundle, so says nothing.
fn source_line(frame: &Frame, platform: &str) -> Option<String> {
    let text = frame.context_line.as_deref().map(str::trim);
    let text = text.filter(|line| !line.is_empty() && line.len() <= SOURCE_LINE_MAX);
    let number = frame.lineno.filter(|_| !names::is_web(platform));
    text.map(str::to_owned)
        .or_else(|| number.map(|line| line.to_string()))
}
