//! What each domain event changes in an error's row. Pure.

use bugsage_domain::error::{Detected, ErrorEvent, ErrorStatus, IgnoredUntil, ResolvedHow};
use bugsage_domain::ids::{ErrorId, TextId};
use bugsage_domain::severity::Severity;
use chrono::{DateTime, Utc};

/// Where an error stands now, with what belongs to that standing alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is open: detected, analyzing or fixing.
    Open(ErrorStatus),
    /// It came back after it had been resolved.
    Regressed,
    /// It is said to be gone.
    Resolved {
        /// Who said so, as `kind:id`.
        by: String,
        /// When.
        at: DateTime<Utc>,
        /// By what.
        how: ResolvedHow,
        /// The release that no longer has it.
        in_release: Option<String>,
    },
    /// It may occur.
    Ignored(IgnoredUntil),
}

/// What one domain event changes in the row.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The row begins.
    Insert(Box<Detected>),
    /// A new title.
    Title(String),
    /// A new description.
    Description(TextId),
    /// A new severity.
    Severity(Severity),
    /// A new category, or none.
    Category(Option<String>),
    /// More tags.
    AddTags(Vec<String>),
    /// Fewer tags.
    RemoveTags(Vec<String>),
    /// Another assignee, or none.
    Assignee(Option<String>),
    /// It stands elsewhere.
    Standing(Standing),
    /// It belongs to another error, or no longer.
    MergedInto(Option<ErrorId>),
    /// It disappears.
    Deleted,
    /// Nothing that the row tells but its version.
    Version,
}

/// Folds one event.
#[must_use]
pub fn fold(event: ErrorEvent) -> Change {
    let open = |status| Change::Standing(Standing::Open(status));
    match event {
        ErrorEvent::ErrorDetected(facts) => Change::Insert(facts),
        ErrorEvent::ErrorRetitled { title } => Change::Title(title),
        ErrorEvent::ErrorDescribed { text } => Change::Description(text.id),
        ErrorEvent::ErrorSeverityChanged { severity } => Change::Severity(severity),
        ErrorEvent::ErrorCategorized { category } => Change::Category(category),
        ErrorEvent::ErrorTagged { tags } => Change::AddTags(tags),
        ErrorEvent::ErrorUntagged { tags } => Change::RemoveTags(tags),
        ErrorEvent::ErrorAssigned { to } => Change::Assignee(Some(to)),
        ErrorEvent::ErrorUnassigned => Change::Assignee(None),
        ErrorEvent::ErrorRegressed { .. } => Change::Standing(Standing::Regressed),
        ErrorEvent::ErrorIgnoreExpired { .. }
        | ErrorEvent::ErrorReopened { .. }
        | ErrorEvent::ErrorAnalysisEnded
        | ErrorEvent::ErrorFixEnded => open(ErrorStatus::Detected),
        ErrorEvent::ErrorAnalysisBegun => open(ErrorStatus::Analyzing),
        ErrorEvent::ErrorFixBegun => open(ErrorStatus::Fixing),
        ErrorEvent::ErrorAnalysisRequested { .. }
        | ErrorEvent::ErrorAnalysisStarted { .. }
        | ErrorEvent::ErrorAnalysisHeldBack { .. }
        | ErrorEvent::ErrorAnalysisCompleted(_)
        | ErrorEvent::ErrorAnalysisFailed { .. }
        | ErrorEvent::ErrorAnalysisSuperseded { .. } => Change::Version,
        ErrorEvent::ErrorResolved {
            by,
            at,
            how,
            in_release,
        } => Change::Standing(Standing::Resolved {
            by: by.to_string(),
            at,
            how,
            in_release,
        }),
        ErrorEvent::ErrorIgnored { until, .. } => Change::Standing(Standing::Ignored(until)),
        ErrorEvent::ErrorMerged { into } | ErrorEvent::ErrorJoined { into, .. } => {
            Change::MergedInto(Some(into))
        }
        ErrorEvent::ErrorUnmerged { .. } => Change::MergedInto(None),
        ErrorEvent::ErrorDeleted { .. } => Change::Deleted,
    }
}
