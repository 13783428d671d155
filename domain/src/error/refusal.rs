//! Why a command has no effect.

use super::status::ErrorStatus;
use super::{
    ASSIGNEE_MAX, CATEGORY_MAX, RELEASE_MAX, SOURCE_ID_MAX, SOURCE_MAX, TAG_MAX, TAGS_MAX,
    TITLE_MAX,
};
use crate::ids::ErrorId;

/// Why a command has no effect. Says where the error stands; [`Refusal::allowed`] says what would be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or it was deleted.
    #[error("there is no such error")]
    NotFound,
    /// It is there already, as another error.
    #[error("this error exists already with another fingerprint")]
    Exists,
    /// The status does not allow it.
    #[error("the error is {status}: it cannot be asked to {asked}")]
    Status {
        /// Where it stands.
        status: ErrorStatus,
        /// What was asked.
        asked: &'static str,
    },
    /// One is under way.
    #[error("analysis {number} of this error is under way: wait for it")]
    AnalysisUnderWay {
        /// Its number.
        number: u32,
    },
    /// There is none of this number.
    #[error("the error has no analysis {number}")]
    NoAnalysis {
        /// The number.
        number: u32,
    },
    /// It was merged: the other one is to be asked.
    #[error("the error is merged into {into}: ask that one, or unmerge this one first")]
    Merged {
        /// The other one.
        into: ErrorId,
    },
    /// It is not merged.
    #[error("the error is not merged into another")]
    NotMerged,
    /// Into itself.
    #[error("an error cannot be merged into itself or into one that is merged into it")]
    IntoItself,
    /// The title is empty or too long.
    #[error("a title has 1 to {TITLE_MAX} characters, this one {0}")]
    Title(usize),
    /// The category is empty or too long.
    #[error("a category has 1 to {CATEGORY_MAX} characters, this one {0}")]
    Category(usize),
    /// The assignee is empty or too long.
    #[error("an assignee has 1 to {ASSIGNEE_MAX} characters, this one {0}")]
    Assignee(usize),
    /// A tag is empty or too long.
    #[error("a tag has 1 to {TAG_MAX} characters, this one {0}")]
    TagLength(usize),
    /// Too many tags.
    #[error("an error has at most {TAGS_MAX} tags, this would make {0}")]
    TooManyTags(usize),
    /// The release is empty or too long.
    #[error("a release has 1 to {RELEASE_MAX} characters, this one {0}")]
    Release(usize),
    /// The source is empty or too long.
    #[error("a source has 1 to {SOURCE_MAX} characters and its id at most {SOURCE_ID_MAX}")]
    Source,
    /// The time to ignore it until is over already.
    #[error("an error can only be ignored until a time to come")]
    IgnoredUntilPast,
}

impl Refusal {
    /// It does not exist, or no longer.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound | Self::NoAnalysis { .. })
    }

    /// A value was wrong, whatever the state.
    #[must_use]
    pub const fn is_invalid_input(&self) -> bool {
        !matches!(
            self,
            Self::NotFound
                | Self::Exists
                | Self::Status { .. }
                | Self::AnalysisUnderWay { .. }
                | Self::NoAnalysis { .. }
                | Self::Merged { .. }
                | Self::NotMerged
        )
    }

    /// The commands that would be taken now, where that is the reason.
    #[must_use]
    pub const fn allowed(&self) -> &'static [&'static str] {
        match self {
            Self::Status { status, .. } => allowed_in(*status),
            Self::Merged { .. } => &["unmerge", "delete"],
            Self::NotMerged => &["merge"],
            _ => &[],
        }
    }
}

const fn allowed_in(status: ErrorStatus) -> &'static [&'static str] {
    match status {
        ErrorStatus::Detected => &["analyze", "fix", "resolve", "ignore", "merge", "delete"],
        ErrorStatus::Analyzing => &[
            "end analysis",
            "fix",
            "resolve",
            "ignore",
            "merge",
            "delete",
        ],
        ErrorStatus::Fixing => &["end fix", "resolve", "ignore", "merge", "delete"],
        ErrorStatus::Resolved => &["reopen", "ignore", "merge", "delete"],
        ErrorStatus::Ignored => &["reopen", "resolve", "ignore", "merge", "delete"],
    }
}
