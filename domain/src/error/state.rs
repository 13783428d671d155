//! The state that decides, folded from events.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::analysis::Analyses;
use super::command::ErrorCommand;
use super::event::{Detected, ErrorEvent, IgnoredUntil, ResolvedHow, TextRef};
use super::refusal::Refusal;
use super::status::ErrorStatus;
use crate::actor::Actor;
use crate::ids::ErrorId;

/// An error, or the place where one may come to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum ErrorGroup {
    /// It has not occurred yet.
    #[default]
    Unborn,
    /// It occurs, or has occurred. Boxed for its size.
    Live(Box<LiveError>),
    /// It was deleted: nothing may be asked of it again.
    Deleted,
}

/// The state of an error that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveError {
    /// How it began; title, severity, category and tags are kept up to date in it.
    pub facts: Detected,
    /// Where it stands.
    pub standing: Standing,
    /// It came back after it had been resolved, and was not resolved again; kept while it is ignored.
    pub regressed: bool,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// What a person wrote about it.
    pub description: Option<TextRef>,
    /// The error it was merged into.
    pub merged_into: Option<ErrorId>,
    /// The analyses of its cause.
    pub analyses: Analyses,
}

/// Where an error stands, with what belongs to that standing alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    /// It occurs and nobody is at it.
    Detected,
    /// Its cause is being looked for.
    Analyzing,
    /// A fix is under way.
    Fixing,
    /// It is said to be gone.
    Resolved(Resolution),
    /// It may occur.
    Ignored(IgnoredUntil),
}

/// Who said when that an error is gone, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// By what.
    pub how: ResolvedHow,
    /// The release that no longer has it.
    pub in_release: Option<String>,
}

impl LiveError {
    /// The word for where it stands.
    #[must_use]
    pub const fn status(&self) -> ErrorStatus {
        match self.standing {
            Standing::Detected => ErrorStatus::Detected,
            Standing::Analyzing => ErrorStatus::Analyzing,
            Standing::Fixing => ErrorStatus::Fixing,
            Standing::Resolved(_) => ErrorStatus::Resolved,
            Standing::Ignored(_) => ErrorStatus::Ignored,
        }
    }

    /// It is open, for it came back after it had been resolved.
    #[must_use]
    pub const fn is_regressed(&self) -> bool {
        self.regressed && !matches!(self.standing, Standing::Resolved(_) | Standing::Ignored(_))
    }

    /// Until when it is ignored, if it is.
    #[must_use]
    pub const fn ignored_until(&self) -> Option<IgnoredUntil> {
        match self.standing {
            Standing::Ignored(until) => Some(until),
            _ => None,
        }
    }

    /// Who resolved it, if it is resolved.
    #[must_use]
    pub const fn resolution(&self) -> Option<&Resolution> {
        match &self.standing {
            Standing::Resolved(resolution) => Some(resolution),
            _ => None,
        }
    }
}

impl IgnoredUntil {
    /// Whether the time of being ignored is over, at a moment and after so many occurrences in all.
    #[must_use]
    pub fn is_over(self, now: DateTime<Utc>, count: u64) -> bool {
        match self {
            Self::Forever => false,
            Self::Time { at } => at <= now,
            Self::Occurrences { count: end } => count >= end,
        }
    }
}

impl ErrorGroup {
    /// The error, if it exists and was not deleted.
    #[must_use]
    pub fn live(&self) -> Option<&LiveError> {
        match self {
            Self::Live(error) => Some(error),
            Self::Unborn | Self::Deleted => None,
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut LiveError)) {
        if let Self::Live(error) = self {
            change(error);
        }
    }

    fn stand(&mut self, standing: Standing) {
        self.change(|error| error.standing = standing);
    }
}

impl Aggregate for ErrorGroup {
    const TYPE: &'static str = "error";
    type Command = ErrorCommand;
    type Event = ErrorEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: ErrorCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ErrorEvent) {
        self.change(|error| error.analyses.apply(&event));
        match event {
            ErrorEvent::ErrorDetected(facts) => *self = Self::Live(Box::new((*facts).into())),
            ErrorEvent::ErrorRegressed { .. } => self.change(|error| {
                error.standing = Standing::Detected;
                error.regressed = true;
            }),
            ErrorEvent::ErrorIgnoreExpired { .. } => self.stand(Standing::Detected),
            ErrorEvent::ErrorRetitled { title } => self.change(|error| error.facts.title = title),
            ErrorEvent::ErrorDescribed { text } => {
                self.change(|error| error.description = Some(text));
            }
            ErrorEvent::ErrorSeverityChanged { severity } => {
                self.change(|error| error.facts.severity = severity);
            }
            ErrorEvent::ErrorCategorized { category } => {
                self.change(|error| error.facts.category = category);
            }
            ErrorEvent::ErrorTagged { tags } => self.change(|error| error.facts.tags.extend(tags)),
            ErrorEvent::ErrorUntagged { tags } => {
                self.change(|error| error.facts.tags.retain(|tag| !tags.contains(tag)));
            }
            ErrorEvent::ErrorAssigned { to } => self.change(|error| error.assignee = Some(to)),
            ErrorEvent::ErrorUnassigned => self.change(|error| error.assignee = None),
            ErrorEvent::ErrorAnalysisBegun => self.stand(Standing::Analyzing),
            ErrorEvent::ErrorAnalysisEnded => self.stand(Standing::Detected),
            ErrorEvent::ErrorAnalysisRequested { .. }
            | ErrorEvent::ErrorAnalysisStarted { .. }
            | ErrorEvent::ErrorAnalysisHeldBack { .. }
            | ErrorEvent::ErrorAnalysisCompleted(_)
            | ErrorEvent::ErrorAnalysisFailed { .. }
            | ErrorEvent::ErrorAnalysisSuperseded { .. } => {}
            ErrorEvent::ErrorFixBegun => self.stand(Standing::Fixing),
            ErrorEvent::ErrorFixEnded => self.stand(Standing::Detected),
            ErrorEvent::ErrorResolved {
                by,
                at,
                how,
                in_release,
            } => self.change(|error| {
                error.regressed = false;
                error.standing = Standing::Resolved(Resolution {
                    by,
                    at,
                    how,
                    in_release,
                });
            }),
            ErrorEvent::ErrorIgnored { until, .. } => self.stand(Standing::Ignored(until)),
            ErrorEvent::ErrorReopened { .. } => self.stand(Standing::Detected),
            ErrorEvent::ErrorMerged { into } | ErrorEvent::ErrorJoined { into, .. } => {
                self.change(|error| error.merged_into = Some(into))
            }
            ErrorEvent::ErrorUnmerged { .. } => self.change(|error| error.merged_into = None),
            ErrorEvent::ErrorDeleted { .. } => *self = Self::Deleted,
        }
    }
}

impl From<Detected> for LiveError {
    fn from(facts: Detected) -> Self {
        Self {
            description: facts.description.clone(),
            facts,
            standing: Standing::Detected,
            regressed: false,
            assignee: None,
            merged_into: None,
            analyses: Analyses::default(),
        }
    }
}
