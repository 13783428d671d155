//! The first frame of the application: where a person begins to read.

use super::chain::Finding;
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

/// The application's topmost frame under the exception that tells; where that has none, under
/// the next one that was raised.
pub(super) fn of<'a>(
    occurrence: &'a Occurrence,
    finding: Option<&Finding<'_>>,
) -> Option<Place<'a>> {
    let from = finding.and_then(|found| found.number).unwrap_or(0);
    let exhausted = finding.is_some_and(|found| found.category() == Category::Recursion);
    let mut chain = occurrence.exceptions.iter().enumerate().skip(from);
    chain.find_map(|(number, exception)| within(occurrence, number, exception, exhausted))
}

fn within<'a>(
    occurrence: &'a Occurrence,
    exception: usize,
    of: &'a Exception,
    exhausted: bool,
) -> Option<Place<'a>> {
    let stack = of.stacktrace.as_ref()?;
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let (found, _) = deciding(stack, platform, exhausted)?;
    let frame = stack
        .frames
        .iter()
        .position(|one| std::ptr::eq(one, found))?;
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
