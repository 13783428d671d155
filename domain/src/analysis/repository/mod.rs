//! What a project's repository shows of an error, and the decisions by which it is looked through: which
//! frames, which file a frame means, which revision a release means, which commits are suspect. Pure: who
//! reads the repository is elsewhere.

mod files;
mod places;
mod revisions;
mod suspects;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Pointer;

pub use files::meant;
pub use places::{PLACES_MAX, Place, places};
pub use revisions::{hash, tags};
pub use suspects::{Commit, SUSPECTS_MAX, Touched, suspects};

/// What the repository of a project shows of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repository {
    /// The commit that was read; none where nothing could be.
    pub revision: Option<String>,
    /// Which commit that is and what is not known of it, or why there is none; a sentence or two.
    pub said: String,
    /// Lines of source around frames that came without.
    pub excerpts: Vec<Excerpt>,
    /// Commits that may have brought the error, the most suspect first.
    pub suspects: Vec<Suspect>,
}

/// Lines of source around the one that a frame stands at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The frame.
    pub frame: Pointer,
    /// The file, as the repository names it.
    pub path: String,
    /// The frame's line in it, from 1.
    pub line: u32,
    /// The number of the first of `lines`.
    pub first: u32,
    /// The lines.
    pub lines: Vec<String>,
}

/// A commit that may have brought the error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// Its hash.
    pub commit: String,
    /// The name of who wrote it.
    pub author: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it says of itself, in a line.
    pub subject: String,
    /// How suspect it is, in hundredths; see [`suspects`] for how it is made.
    pub score: u8,
    /// The frames at whose lines it changed something, the nearest to the failure first.
    pub frames: Vec<Pointer>,
}

impl Excerpt {
    /// The names of its lines.
    fn pointers(&self) -> impl Iterator<Item = Pointer> {
        let numbers = (self.first..).zip(&self.lines);
        numbers.map(|(line, _)| Pointer::Line {
            path: self.path.clone(),
            line,
        })
    }
}

impl Repository {
    /// The things of it that a claim may point at.
    pub(super) fn pointers(&self) -> impl Iterator<Item = Pointer> {
        let lines = self.excerpts.iter().flat_map(Excerpt::pointers);
        let commits = self.suspects.iter();
        lines.chain(commits.map(|one| Pointer::Commit(one.commit.clone())))
    }
}
