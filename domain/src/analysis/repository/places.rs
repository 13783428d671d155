//! Where in the source a failure passed through.

use crate::analysis::Pointer;
use crate::analysis::rules::foreign::is_foreign;
use crate::occurrence::{Frame, Occurrence};

/// Frames that are looked at.
pub const PLACES_MAX: usize = 5;

/// A line that a frame of the application stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The frame.
    pub frame: Pointer,
    /// Its file, as the sender names it.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// The sender sent the line itself.
    pub has_source: bool,
}

/// The frames of the application, the nearest to the failure first: of the first cause from the top of its
/// stack down, then of what that led to. A line is told once.
#[must_use]
pub fn places(occurrence: &Occurrence) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (exception, shown) in occurrence.exceptions.iter().enumerate() {
        let frames = shown.stacktrace.iter().flat_map(|stack| &stack.frames);
        let frames: Vec<_> = frames.enumerate().collect();
        for (frame, shown) in frames.into_iter().rev() {
            let Some(place) = place(Pointer::Frame { exception, frame }, shown) else {
                continue;
            };
            let is_known = |known: &Place| known.path == place.path && known.line == place.line;
            if !places.iter().any(is_known) {
                places.push(place);
            }
        }
    }
    places.truncate(PLACES_MAX);
    places
}

fn place(frame: Pointer, shown: &Frame) -> Option<Place> {
    if shown.in_app == Some(false) || is_foreign(shown) {
        return None;
    }
    let path = shown.filename.as_ref().or(shown.abs_path.as_ref())?;
    Some(Place {
        frame,
        path: path.clone(),
        line: shown.lineno.filter(|line| *line > 0)?,
        has_source: shown.context_line.is_some(),
    })
}
