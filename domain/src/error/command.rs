//! What may be asked of an error.

use chrono::{DateTime, Utc};

use super::analysis::{AnalysisFailure, AnalysisResult, Because, HeldBack};
use super::event::{Alike, Detected, IgnoredUntil, ResolvedHow, TextRef};
use super::status::ErrorStatus;
use crate::actor::Actor;
use crate::ids::ErrorId;
use crate::severity::Severity;

/// The first occurrence of a new error; see [`Detected`] for the fields.
pub type Detect = Detected;

/// A request to change an error.
#[derive(Debug, Clone, PartialEq)]
pub enum ErrorCommand {
    /// The first occurrence made it. Boxed: by far the largest.
    Detect(Box<Detect>),
    /// It occurred although it was resolved, or its time of being ignored is over.
    Regress(Regression),
    /// Several fields at once, all or nothing. Boxed for its size.
    Edit(Box<Edit>),
    /// How bad it is.
    ChangeSeverity {
        /// The new severity.
        severity: Severity,
    },
    /// What kind of error it is; `None` takes the category away.
    Categorize {
        /// The new category.
        category: Option<String>,
    },
    /// Adds and takes away tags; one in both lists is there afterwards.
    Tag {
        /// Tags to add.
        add: Vec<String>,
        /// Tags to take away.
        remove: Vec<String>,
    },
    /// Who looks after it; `None` for nobody.
    Assign {
        /// The person's name, address or id.
        to: Option<String>,
    },
    /// Work on its cause begins.
    BeginAnalysis,
    /// Work on its cause is over.
    EndAnalysis,
    /// Asks for an analysis. One is under way at a time.
    RequestAnalysis {
        /// Who asks.
        by: Actor,
        /// What for.
        because: Because,
        /// The one provider to be asked: `rules`, or a name of the settings.
        provider: Option<String>,
        /// The version of the question to ask; without, as for all.
        prompt_version: Option<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// A worker is at it.
    StartAnalysis {
        /// Which.
        number: u32,
        /// When.
        at: DateTime<Utc>,
    },
    /// No model is to be asked for it: rules are.
    HoldBackAnalysis {
        /// Which.
        number: u32,
        /// Why.
        why: HeldBack,
        /// When.
        at: DateTime<Utc>,
    },
    /// It came to a result. Boxed for its size.
    CompleteAnalysis(Box<AnalysisResult>),
    /// It came to none.
    FailAnalysis {
        /// Which.
        number: u32,
        /// Why.
        why: AnalysisFailure,
        /// When.
        at: DateTime<Utc>,
    },
    /// Work on a fix begins, with or without an analysis before.
    BeginFix,
    /// Work on a fix ended without resolving it.
    EndFix,
    /// It is gone.
    Resolve {
        /// Who says so.
        by: Actor,
        /// When.
        at: DateTime<Utc>,
        /// By what.
        how: ResolvedHow,
        /// The release that no longer has it.
        in_release: Option<String>,
    },
    /// It may occur.
    Ignore {
        /// Who says so.
        by: Actor,
        /// When.
        at: DateTime<Utc>,
        /// Until when.
        until: IgnoredUntil,
    },
    /// It is not gone, or not to be ignored.
    Reopen {
        /// Who says so.
        by: Actor,
    },
    /// It is the same as another one.
    Merge {
        /// The other one, which goes on.
        into: ErrorId,
    },
    /// It is new, and so like another one that it should count there. Changes nothing where somebody
    /// has settled or merged it meanwhile.
    Join {
        /// The other one, which goes on.
        into: ErrorId,
        /// How alike, and by what.
        alike: Alike,
    },
    /// It is not the same after all.
    Unmerge,
    /// It disappears from every read.
    Delete {
        /// Who says so.
        by: Actor,
    },
}

/// What made a settled error occur again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regression {
    /// When.
    pub at: DateTime<Utc>,
    /// The release it occurred in.
    pub release: Option<String>,
    /// How often it has occurred by then, this time included.
    pub count: u64,
}

/// The new values of a PUT; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// A new title.
    pub title: Option<String>,
    /// A new description.
    pub description: Option<TextRef>,
    /// A new severity.
    pub severity: Option<Severity>,
    /// A new status: detected (reopens), analyzing, fixing, resolved or ignored (for ever). To
    /// name the present one changes nothing, not even how long it is ignored.
    pub status: Option<ErrorStatus>,
    /// A new category; `Some(None)` takes it away.
    pub category: Option<Option<String>>,
    /// The whole set of tags.
    pub tags: Option<Vec<String>>,
    /// A new assignee; `Some(None)` for nobody.
    pub assignee: Option<Option<String>>,
    /// Who edits.
    pub by: Option<Actor>,
    /// When.
    pub at: DateTime<Utc>,
}
