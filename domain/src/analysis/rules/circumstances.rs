//! What is known of an error beside the occurrence that is explained.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::analysis::repository::{Repository, Suspect};
use crate::analysis::{Category, Pointer};
use crate::ids::ErrorId;
use crate::severity::Severity;

/// What is known of an error beside the occurrence that is explained.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circumstances {
    /// How bad it is.
    pub severity: Severity,
    /// When it was seen first.
    pub first_seen: Option<DateTime<Utc>>,
    /// The releases it was seen in, the first one first.
    pub releases: Vec<String>,
    /// The environments it was seen in.
    pub environments: Vec<String>,
    /// How often it was seen; 0 if that is not known.
    pub occurrences: u64,
    /// How many users saw it; 0 if that is not known.
    pub users: u64,
    /// Similar errors, the most similar first.
    pub related: Vec<Related>,
    /// What the repository of its project shows, where the project has one.
    pub repository: Option<Repository>,
}

/// A similar error, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Related {
    /// The error.
    pub error: ErrorId,
    /// Its title.
    pub title: String,
    /// How alike the two are, in hundredths.
    pub alike: u8,
    /// What kind of cause it has, where it was analysed.
    pub category: Option<Category>,
    /// Its cause, where one was found.
    pub cause: Option<String>,
    /// What was suggested, the best first.
    pub fixes: Vec<String>,
    /// How it ended, and whether it came back; the newest last.
    pub ended: Vec<String>,
}

impl Circumstances {
    /// The things of it that a claim may point at.
    pub(super) fn pointers(&self) -> impl Iterator<Item = Pointer> {
        let releases = self.releases.iter().cloned().map(Pointer::Release);
        let related = self.related.iter().map(|one| Pointer::Error(one.error));
        let repository = self.repository.iter().flat_map(Repository::pointers);
        releases.chain(related).chain(repository)
    }

    /// The commit that is to be looked at first.
    pub(super) fn suspect(&self) -> Option<&Suspect> {
        self.repository.as_ref()?.suspects.first()
    }
}
