//! What happened to an error. A contract for ever: pinned by a snapshot, changed by an upcaster.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::analysis::{AnalysisFailure, AnalysisResult, Because, HeldBack};
use crate::actor::Actor;
use crate::ids::{ErrorId, OrganizationId, ProjectId, TextId};
use crate::severity::Severity;
use crate::similarity::Kind;

/// An erasable text: its id, and a keyed digest by which equal texts are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    /// The row that holds the text.
    pub id: TextId,
    /// Hex of the keyed digest.
    pub digest: String,
}

/// By what an error was resolved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedHow {
    /// A person said so.
    #[default]
    Manually,
    /// A fix was applied.
    ByFix,
}

/// How long an error is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IgnoredUntil {
    /// Until somebody reopens it.
    Forever,
    /// Until a moment.
    Time {
        /// The moment.
        at: DateTime<Utc>,
    },
    /// Until it has occurred so often in all.
    Occurrences {
        /// The count at which it is over.
        count: u64,
    },
}

/// How alike an error was found to another, when it joined that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alike {
    /// Name and version of what compared them.
    pub embedder: String,
    /// The likeness, to a thousandth: 1 is the same.
    pub score: f64,
    /// What they share, the weightiest first.
    pub shared: Vec<SharedFeature>,
}

/// Something that two errors share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFeature {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The thing.
    pub value: String,
}

/// The first occurrence of a new error, as far as it is remembered for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detected {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// The new error.
    pub error_id: ErrorId,
    /// Its title; parametrized, so that it names nobody.
    pub title: String,
    /// The function, module or transaction it happens in.
    pub culprit: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Where it was reported: `sentry`, or what the caller of the API said.
    pub source: String,
    /// Its id there.
    pub source_id: Option<String>,
    /// What kind of error it is, if somebody said.
    pub category: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// `python`, `java`, …
    pub platform: Option<String>,
    /// The algorithm that grouped it.
    pub grouping_version: i16,
    /// What it is known by, in hex.
    pub fingerprint: String,
    /// What a person wrote about it.
    pub description: Option<TextRef>,
    /// When it was first seen.
    pub at: DateTime<Utc>,
}

/// A fact about an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ErrorEvent {
    /// It occurred for the first time. Version 2.0: `severity` was `level`, and there was no `grouping_version`.
    ErrorDetected(Box<Detected>),
    /// It was resolved and occurred again.
    ErrorRegressed {
        /// When.
        at: DateTime<Utc>,
        /// In which release.
        release: Option<String>,
    },
    /// It occurred after the time of being ignored was over.
    ErrorIgnoreExpired {
        /// When.
        at: DateTime<Utc>,
    },
    /// Its title changed.
    ErrorRetitled {
        /// The new one.
        title: String,
    },
    /// Its description changed.
    ErrorDescribed {
        /// The new one.
        text: TextRef,
    },
    /// How bad it is changed.
    ErrorSeverityChanged {
        /// The new severity.
        severity: Severity,
    },
    /// Its category changed.
    ErrorCategorized {
        /// The new one; `None` if it has none now.
        category: Option<String>,
    },
    /// It got tags.
    ErrorTagged {
        /// Those it got.
        tags: Vec<String>,
    },
    /// It lost tags.
    ErrorUntagged {
        /// Those it lost.
        tags: Vec<String>,
    },
    /// Somebody looks after it.
    ErrorAssigned {
        /// Who.
        to: String,
    },
    /// Nobody looks after it any more.
    ErrorUnassigned,
    /// Work on its cause began.
    ErrorAnalysisBegun,
    /// Work on its cause ended.
    ErrorAnalysisEnded,
    /// An analysis was asked for.
    ErrorAnalysisRequested {
        /// Its number among those of this error, from 1.
        number: u32,
        /// Who asked.
        by: Actor,
        /// What for.
        because: Because,
        /// The one provider to be asked; without, as the settings say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The version of the question to ask; without, as for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt_version: Option<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// A worker is at it.
    ErrorAnalysisStarted {
        /// Which.
        number: u32,
        /// When.
        at: DateTime<Utc>,
    },
    /// No model is asked any more, or none answered: rules do.
    ErrorAnalysisHeldBack {
        /// Which.
        number: u32,
        /// Why.
        why: HeldBack,
        /// When.
        at: DateTime<Utc>,
    },
    /// It came to a result.
    ErrorAnalysisCompleted(Box<AnalysisResult>),
    /// It came to none.
    ErrorAnalysisFailed {
        /// Which.
        number: u32,
        /// Why.
        why: AnalysisFailure,
        /// When.
        at: DateTime<Utc>,
    },
    /// A later one takes its place; a second opinion takes none.
    ErrorAnalysisSuperseded {
        /// Which.
        number: u32,
        /// The later one.
        by: u32,
    },
    /// Work on a fix began.
    ErrorFixBegun,
    /// Work on a fix ended without resolving it.
    ErrorFixEnded,
    /// It is gone.
    ErrorResolved {
        /// Who said so.
        by: Actor,
        /// When.
        at: DateTime<Utc>,
        /// By what.
        how: ResolvedHow,
        /// The release that no longer has it.
        in_release: Option<String>,
    },
    /// It may occur.
    ErrorIgnored {
        /// Who said so.
        by: Actor,
        /// Until when.
        until: IgnoredUntil,
    },
    /// It is not gone, or not to be ignored.
    ErrorReopened {
        /// Who said so.
        by: Actor,
    },
    /// It is the same as another one.
    ErrorMerged {
        /// The other one.
        into: ErrorId,
    },
    /// It was new, and so like another one that it was merged into that by itself.
    ErrorJoined {
        /// The other one.
        into: ErrorId,
        /// How alike, and by what.
        alike: Alike,
    },
    /// It is not the same after all.
    ErrorUnmerged {
        /// The other one.
        from: ErrorId,
    },
    /// It disappeared from every read.
    ErrorDeleted {
        /// Who said so.
        by: Actor,
    },
}

impl ErrorEvent {
    /// The name it is stored under: that of its variant.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ErrorDetected(_) => "ErrorDetected",
            Self::ErrorRegressed { .. } => "ErrorRegressed",
            Self::ErrorIgnoreExpired { .. } => "ErrorIgnoreExpired",
            Self::ErrorRetitled { .. } => "ErrorRetitled",
            Self::ErrorDescribed { .. } => "ErrorDescribed",
            Self::ErrorSeverityChanged { .. } => "ErrorSeverityChanged",
            Self::ErrorCategorized { .. } => "ErrorCategorized",
            Self::ErrorTagged { .. } => "ErrorTagged",
            Self::ErrorUntagged { .. } => "ErrorUntagged",
            Self::ErrorAssigned { .. } => "ErrorAssigned",
            Self::ErrorUnassigned => "ErrorUnassigned",
            Self::ErrorAnalysisBegun => "ErrorAnalysisBegun",
            Self::ErrorAnalysisEnded => "ErrorAnalysisEnded",
            Self::ErrorAnalysisRequested { .. } => "ErrorAnalysisRequested",
            Self::ErrorAnalysisStarted { .. } => "ErrorAnalysisStarted",
            Self::ErrorAnalysisHeldBack { .. } => "ErrorAnalysisHeldBack",
            Self::ErrorAnalysisCompleted(_) => "ErrorAnalysisCompleted",
            Self::ErrorAnalysisFailed { .. } => "ErrorAnalysisFailed",
            Self::ErrorAnalysisSuperseded { .. } => "ErrorAnalysisSuperseded",
            Self::ErrorFixBegun => "ErrorFixBegun",
            Self::ErrorFixEnded => "ErrorFixEnded",
            Self::ErrorResolved { .. } => "ErrorResolved",
            Self::ErrorIgnored { .. } => "ErrorIgnored",
            Self::ErrorReopened { .. } => "ErrorReopened",
            Self::ErrorMerged { .. } => "ErrorMerged",
            Self::ErrorJoined { .. } => "ErrorJoined",
            Self::ErrorUnmerged { .. } => "ErrorUnmerged",
            Self::ErrorDeleted { .. } => "ErrorDeleted",
        }
    }
}

impl DomainEvent for ErrorEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        match self {
            Self::ErrorDetected(_) => "2.0",
            _ => "1.0",
        }
        .to_owned()
    }
}
