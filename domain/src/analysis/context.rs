//! The things that an analysis was made from, as far as a claim may point at them.

use std::collections::BTreeSet;

use super::Pointer;
use crate::occurrence::Occurrence;

/// Digits of a commit's hash that name it, as git prints them.
const COMMIT_MIN: usize = 7;

/// The names of all things that the writer of an analysis was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context(BTreeSet<Pointer>);

impl Context {
    /// What an occurrence shows by itself: its exceptions, frames, their source lines, its tags
    /// and its release. The environment counts as a tag.
    #[must_use]
    pub fn of(occurrence: &Occurrence) -> Self {
        let mut context = Self::default();
        for (number, exception) in occurrence.exceptions.iter().enumerate() {
            context.insert(Pointer::Exception(number));
            let frames = exception.stacktrace.iter().flat_map(|stack| &stack.frames);
            for (frame, shown) in frames.enumerate() {
                context.insert(Pointer::Frame {
                    exception: number,
                    frame,
                });
                let line = shown.lineno.filter(|_| shown.context_line.is_some());
                if let (Some(path), Some(line)) = (&shown.filename, line) {
                    let path = path.clone();
                    context.insert(Pointer::Line { path, line });
                }
            }
        }
        let tags = occurrence.tags.iter().map(|(name, _)| name.as_str());
        let environment = occurrence.environment.as_ref().map(|_| "environment");
        context.extend(
            tags.chain(environment)
                .map(|name| Pointer::Tag(name.into())),
        );
        context.extend(occurrence.release.clone().map(Pointer::Release));
        context
    }

    /// Adds a thing. What points at nothing is no thing.
    pub fn insert(&mut self, thing: Pointer) {
        if !matches!(thing, Pointer::Nothing(_)) {
            self.0.insert(thing);
        }
    }

    /// Whether the pointer names a thing of it.
    #[must_use]
    pub fn has(&self, pointer: &Pointer) -> bool {
        match pointer {
            Pointer::Commit(hash) if hash.len() >= COMMIT_MIN => {
                // Sorted, so that a hash's beginning stands right before the hash.
                let from_here = self.0.range(pointer..).next();
                matches!(from_here, Some(Pointer::Commit(known)) if known.starts_with(hash))
            }
            Pointer::Commit(_) => false,
            _ => self.0.contains(pointer),
        }
    }

    /// Everything in it.
    pub fn iter(&self) -> impl Iterator<Item = &Pointer> {
        self.0.iter()
    }
}

impl Extend<Pointer> for Context {
    fn extend<T: IntoIterator<Item = Pointer>>(&mut self, things: T) {
        things.into_iter().for_each(|thing| self.insert(thing));
    }
}
