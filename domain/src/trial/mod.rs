//! What other settings would make of occurrences that are stored, before anybody switches.
//!
//! A [`Trial`] is shown occurrences, the newest first, each with the error that it counts for at present. It
//! groups each anew, and then does to the groups what happens to errors in the product, in the order of
//! time: what people merged stays together, what they took apart stays apart, and a new group joins the
//! one it is most like. Where that differs from the present, it is a [`Split`] or a [`Merge`].

mod families;
mod outcome;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::grouping::{self, Component, Fingerprint, Version};
use crate::ids::{ErrorId, EventId};
use crate::occurrence::Occurrence;
use crate::similarity::{self, Sketch};

pub use outcome::{Joined, Merge, Outcome, Part, Split};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The algorithm of fingerprints.
    pub version: Version,
    /// From which likeness on a new group joins another; `None`: none does.
    pub join_at: Option<f64>,
}

/// What an occurrence counts for at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// The error in whose ledger it stands.
    pub error: ErrorId,
    /// The error that is shown: the same, or what it was merged into.
    pub root: ErrorId,
    /// That one is neither resolved nor ignored, so that others may join it.
    pub is_open: bool,
}

/// What people decided about errors; the errors are those of ledgers.
#[derive(Debug, Clone, Default)]
pub struct Decided {
    /// Merged by a person.
    pub merged: Vec<(ErrorId, ErrorId)>,
    /// Taken apart.
    pub apart: HashSet<(ErrorId, ErrorId)>,
}

/// Occurrences grouped by what is tried.
#[derive(Debug)]
pub struct Trial {
    settings: Settings,
    occurrences: u64,
    groups: HashMap<Fingerprint, Group>,
    /// Of each error that is shown: occurrences, and the title of the newest.
    shown: HashMap<ErrorId, (u64, String)>,
}

/// Occurrences of one fingerprint.
#[derive(Debug)]
struct Group {
    /// Its place in the order in which they were shown; the oldest occurrence counts.
    oldest: u64,
    first: Present,
    example: EventId,
    title: String,
    rests_on: Vec<Component>,
    sketch: Sketch,
    /// How many occurrences stand in which ledger.
    ledgers: HashMap<ErrorId, Ledger>,
}

#[derive(Debug)]
struct Ledger {
    root: ErrorId,
    occurrences: u64,
    oldest: u64,
}

impl Trial {
    /// Of these settings, with nothing shown yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            occurrences: 0,
            groups: HashMap::new(),
            shown: HashMap::new(),
        }
    }

    /// Shows the next occurrence: one that is older than all before.
    pub fn show(&mut self, event: EventId, present: Present, occurrence: &Occurrence) {
        self.occurrences += 1;
        let age = self.occurrences;
        let grouped = grouping::fingerprint(self.settings.version, occurrence);
        let title = grouped.title;
        let shown = self.shown.entry(present.root);
        shown.or_insert_with(|| (0, title.clone())).0 += 1;
        let sketch = similarity::sketch(occurrence);
        let group = self.groups.entry(grouped.fingerprint);
        let group = group.or_insert_with(|| Group {
            oldest: age,
            first: present,
            example: event,
            title,
            rests_on: grouped.explanation,
            sketch: sketch.clone(),
            ledgers: HashMap::new(),
        });
        (group.oldest, group.first, group.sketch) = (age, present, sketch);
        let ledger = group.ledgers.entry(present.error).or_insert(Ledger {
            root: present.root,
            occurrences: 0,
            oldest: age,
        });
        ledger.occurrences += 1;
        ledger.oldest = age;
    }

    /// How many groups there are so far, before any joins another.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// What comes of it.
    #[must_use]
    pub fn outcome(self, decided: &Decided) -> Outcome {
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.oldest));
        let families = families::of(&groups, decided, self.settings.join_at);
        outcome::compare(&groups, &families, &self.shown, self.occurrences)
    }
}
