//! The first frame of the application: where a person begins to read.

use super::chain::Finding;
use super::foreign::is_foreign;
use super::quote::{plain, quoted};
use crate::analysis::{Category, Pointer};
use crate::grouping::deciding;
use crate::occurrence::{Exception, Frame, Occurrence};

/// Characters of a name or a path.
const NAME_MAX: usize = 100;
/// Characters of a source line.
const LINE_MAX: usize = 120;

/// A frame and its name in the context.
pub(super) struct Place<'a> {
    frame: &'a Frame,
    pub(super) pointer: Pointer,
}

/// The application's topmost frame under the exception that tells, or under what it led to;
/// where all frames are of libraries, what grouping takes for the deciding one.
pub(super) fn of<'a>(
    occurrence: &'a Occurrence,
    finding: Option<&Finding<'_>>,
) -> Option<Place<'a>> {
    let from = finding.and_then(|found| found.number).unwrap_or(0);
    let exhausted = finding.is_some_and(|found| found.category() == Category::Recursion);
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let chain = || occurrence.exceptions.iter().enumerate().skip(from);
    let taken = |(number, exception)| decided(number, exception, platform, exhausted);
    let own = |place: &Place<'_>| !is_foreign(place.frame);
    chain()
        .find_map(|one| taken(one).filter(own).or_else(|| topmost_own(one)))
        .or_else(|| chain().find_map(taken))
}

fn decided<'a>(
    exception: usize,
    of: &'a Exception,
    platform: &str,
    exhausted: bool,
) -> Option<Place<'a>> {
    let stack = of.stacktrace.as_ref()?;
    let (found, _) = deciding(stack, platform, exhausted)?;
    let mut frames = stack.frames.iter();
    let frame = frames.position(|one| std::ptr::eq(one, found))?;
    Some(Place {
        frame: found,
        pointer: Pointer::Frame { exception, frame },
    })
}

fn topmost_own((exception, of): (usize, &Exception)) -> Option<Place<'_>> {
    let frames = of.stacktrace.iter().flat_map(|stack| &stack.frames);
    let own = frames
        .enumerate()
        .filter(|(_, one)| one.in_app != Some(false) && !is_foreign(one));
    let (frame, found) = own.last()?;
    Some(Place {
        frame: found,
        pointer: Pointer::Frame { exception, frame },
    })
}

impl Place<'_> {
    /// `shop.cart.total` (cart.py, line 41)
    pub(super) fn name(&self) -> String {
        let Frame {
            function,
            module,
            filename,
            abs_path,
            lineno,
            ..
        } = self.frame;
        let function = function.as_deref().map(|function| match module.as_deref() {
            Some(module) if !function.contains(module) => format!("{module}.{function}"),
            _ => function.to_owned(),
        });
        let file = filename.as_deref().or(abs_path.as_deref());
        let file = file.map(|file| plain(file, NAME_MAX));
        let at = match (file, lineno) {
            (Some(file), Some(line)) => Some(format!("{file}, line {line}")),
            (file, _) => file,
        };
        match (function, at) {
            (Some(function), Some(at)) => format!("{} ({at})", quoted(&function, NAME_MAX)),
            (Some(function), None) => quoted(&function, NAME_MAX),
            (None, Some(at)) => at,
            (None, None) => "a function without a name".to_owned(),
        }
    }

    /// The source line, if it was sent.
    pub(super) fn source(&self) -> Option<String> {
        let line = self.frame.context_line.as_deref()?.trim();
        (!line.is_empty()).then(|| quoted(line, LINE_MAX))
    }
}
