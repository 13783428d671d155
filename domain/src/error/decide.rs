//! The rules: what each command does to an error, or why it is refused.
//!
//! Sending the same command twice changes nothing the second time.

use chrono::{DateTime, Utc};

use super::command::{Detect, ErrorCommand, Regression};
use super::event::{Alike, ErrorEvent, IgnoredUntil, ResolvedHow};
use super::refusal::Refusal;
use super::state::{ErrorGroup, LiveError, Standing};
use super::status::ErrorStatus;
use super::{CATEGORY_MAX, RELEASE_MAX, SOURCE_ID_MAX, SOURCE_MAX, TITLE_MAX, fields};
use crate::actor::Actor;
use crate::ids::ErrorId;

pub(super) type Decision = Result<Vec<ErrorEvent>, Refusal>;

impl ErrorGroup {
    /// Decides a command without changing anything.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn decide(&self, command: ErrorCommand) -> Decision {
        match (self, command) {
            (Self::Unborn, ErrorCommand::Detect(facts)) => detect(facts),
            (Self::Live(error), command) => error.decide(command),
            (Self::Deleted, ErrorCommand::Delete { .. }) => Ok(Vec::new()),
            (Self::Unborn | Self::Deleted, _) => Err(Refusal::NotFound),
        }
    }
}

fn detect(mut facts: Box<Detect>) -> Decision {
    fields::length(&facts.title, TITLE_MAX).map_err(Refusal::Title)?;
    if let Some(category) = &facts.category {
        fields::length(category, CATEGORY_MAX).map_err(Refusal::Category)?;
    }
    let source_id = facts.source_id.as_deref().unwrap_or_default();
    if fields::length(&facts.source, SOURCE_MAX).is_err()
        || source_id.chars().count() > SOURCE_ID_MAX
    {
        return Err(Refusal::Source);
    }
    facts.tags = fields::distinct(facts.tags);
    fields::tags(&facts.tags)?;
    Ok(vec![ErrorEvent::ErrorDetected(facts)])
}

impl LiveError {
    fn decide(&self, command: ErrorCommand) -> Decision {
        if let Some(into) = self.merged_into
            && !is_taken_when_merged(&command)
        {
            return Err(Refusal::Merged { into });
        }
        match command {
            ErrorCommand::Detect(facts) => self.detect_again(&facts),
            ErrorCommand::Regress(regression) => Ok(self.regress(regression)),
            ErrorCommand::Edit(edit) => self.edit(*edit),
            ErrorCommand::ChangeSeverity { severity } => Ok(self.change_severity(severity)),
            ErrorCommand::Categorize { category } => self.categorize(category),
            ErrorCommand::Tag { add, remove } => self.tag(add, &remove),
            ErrorCommand::Assign { to } => self.assign(to),
            ErrorCommand::BeginAnalysis => self.begin_analysis(),
            ErrorCommand::EndAnalysis => self.end_analysis(),
            ErrorCommand::RequestAnalysis {
                by,
                because,
                provider,
                prompt_version,
                at,
            } => self.request_analysis(by, because, (provider, prompt_version), at),
            ErrorCommand::StartAnalysis { number, at } => self.start_analysis(number, at),
            ErrorCommand::HoldBackAnalysis { number, why, at } => {
                self.hold_back_analysis(number, why, at)
            }
            ErrorCommand::CompleteAnalysis(result) => self.complete_analysis(result),
            ErrorCommand::FailAnalysis { number, why, at } => self.fail_analysis(number, why, at),
            ErrorCommand::BeginFix => self.begin_fix(),
            ErrorCommand::EndFix => self.end_fix(),
            ErrorCommand::Resolve {
                by,
                at,
                how,
                in_release,
            } => self.resolve(by, at, how, in_release),
            ErrorCommand::Ignore { by, at, until } => self.ignore(by, at, until),
            ErrorCommand::Reopen { by } => self.reopen(by),
            ErrorCommand::Merge { into } => self.merge(into),
            ErrorCommand::Join { into, alike } => self.join(into, alike),
            ErrorCommand::Unmerge => self.unmerge(),
            ErrorCommand::Delete { by } => Ok(vec![ErrorEvent::ErrorDeleted { by }]),
        }
    }

    fn detect_again(&self, facts: &Detect) -> Decision {
        if self.facts.fingerprint == facts.fingerprint {
            Ok(Vec::new())
        } else {
            Err(Refusal::Exists)
        }
    }

    /// Never refused: it has happened. What is open, or ignored still, stays as it is.
    fn regress(&self, regression: Regression) -> Vec<ErrorEvent> {
        let Regression { at, release, count } = regression;
        match &self.standing {
            Standing::Resolved(_) => vec![ErrorEvent::ErrorRegressed { at, release }],
            Standing::Ignored(until) if until.is_over(at, count) => {
                vec![ErrorEvent::ErrorIgnoreExpired { at }]
            }
            Standing::Detected | Standing::Analyzing | Standing::Fixing | Standing::Ignored(_) => {
                Vec::new()
            }
        }
    }

    /// To the status a PUT names; to name the present one changes nothing.
    pub(super) fn move_to(&self, status: ErrorStatus, by: Actor, at: DateTime<Utc>) -> Decision {
        match (self.status(), status) {
            (now, wanted) if now == wanted => Ok(Vec::new()),
            (ErrorStatus::Analyzing, ErrorStatus::Detected) => self.end_analysis(),
            (ErrorStatus::Fixing, ErrorStatus::Detected) => self.end_fix(),
            (_, ErrorStatus::Detected) => self.reopen(by),
            (_, ErrorStatus::Analyzing) => self.begin_analysis(),
            (_, ErrorStatus::Fixing) => self.begin_fix(),
            (_, ErrorStatus::Resolved) => self.resolve(by, at, ResolvedHow::Manually, None),
            (_, ErrorStatus::Ignored) => self.ignore(by, at, IgnoredUntil::Forever),
        }
    }

    fn begin_analysis(&self) -> Decision {
        match self.status() {
            ErrorStatus::Detected => Ok(vec![ErrorEvent::ErrorAnalysisBegun]),
            ErrorStatus::Analyzing => Ok(Vec::new()),
            _ => Err(self.refuse("analyze")),
        }
    }

    fn end_analysis(&self) -> Decision {
        match self.status() {
            ErrorStatus::Analyzing => Ok(vec![ErrorEvent::ErrorAnalysisEnded]),
            ErrorStatus::Detected => Ok(Vec::new()),
            _ => Err(self.refuse("end analysis")),
        }
    }

    /// What was being analyzed may go on to its fix.
    fn begin_fix(&self) -> Decision {
        match self.status() {
            ErrorStatus::Detected | ErrorStatus::Analyzing => Ok(vec![ErrorEvent::ErrorFixBegun]),
            ErrorStatus::Fixing => Ok(Vec::new()),
            _ => Err(self.refuse("fix")),
        }
    }

    fn end_fix(&self) -> Decision {
        match self.status() {
            ErrorStatus::Fixing => Ok(vec![ErrorEvent::ErrorFixEnded]),
            ErrorStatus::Detected => Ok(Vec::new()),
            _ => Err(self.refuse("end fix")),
        }
    }

    fn resolve(
        &self,
        by: Actor,
        at: DateTime<Utc>,
        how: ResolvedHow,
        in_release: Option<String>,
    ) -> Decision {
        if let Some(release) = &in_release {
            fields::length(release, RELEASE_MAX).map_err(Refusal::Release)?;
        }
        Ok(fields::changed(
            self.status() != ErrorStatus::Resolved,
            ErrorEvent::ErrorResolved {
                by,
                at,
                how,
                in_release,
            },
        ))
    }

    fn ignore(&self, by: Actor, at: DateTime<Utc>, until: IgnoredUntil) -> Decision {
        if matches!(until, IgnoredUntil::Time { at: end } if end <= at) {
            return Err(Refusal::IgnoredUntilPast);
        }
        Ok(fields::changed(
            self.ignored_until() != Some(until),
            ErrorEvent::ErrorIgnored { by, until },
        ))
    }

    fn reopen(&self, by: Actor) -> Decision {
        match self.status() {
            ErrorStatus::Resolved | ErrorStatus::Ignored => {
                Ok(vec![ErrorEvent::ErrorReopened { by }])
            }
            ErrorStatus::Detected => Ok(Vec::new()),
            ErrorStatus::Analyzing | ErrorStatus::Fixing => Err(self.refuse("reopen")),
        }
    }

    fn merge(&self, into: ErrorId) -> Decision {
        if into == self.facts.error_id {
            return Err(Refusal::IntoItself);
        }
        match self.merged_into {
            Some(now) if now == into => Ok(Vec::new()),
            Some(now) => Err(Refusal::Merged { into: now }),
            None => Ok(vec![ErrorEvent::ErrorMerged { into }]),
        }
    }

    fn join(&self, into: ErrorId, alike: Alike) -> Decision {
        if into == self.facts.error_id {
            return Err(Refusal::IntoItself);
        }
        let settled = matches!(self.standing, Standing::Resolved(_) | Standing::Ignored(_));
        Ok(fields::changed(
            self.merged_into.is_none() && !settled,
            ErrorEvent::ErrorJoined { into, alike },
        ))
    }

    fn unmerge(&self) -> Decision {
        let from = self.merged_into.ok_or(Refusal::NotMerged)?;
        Ok(vec![ErrorEvent::ErrorUnmerged { from }])
    }

    pub(super) fn refuse(&self, asked: &'static str) -> Refusal {
        Refusal::Status {
            status: self.status(),
            asked,
        }
    }
}

/// A merged error answers for its own existence only, and for the analysis that was under way; all
/// else is to be asked of the other one.
const fn is_taken_when_merged(command: &ErrorCommand) -> bool {
    matches!(
        command,
        ErrorCommand::Detect(_)
            | ErrorCommand::Merge { .. }
            | ErrorCommand::Join { .. }
            | ErrorCommand::Unmerge
            | ErrorCommand::StartAnalysis { .. }
            | ErrorCommand::HoldBackAnalysis { .. }
            | ErrorCommand::CompleteAnalysis(_)
            | ErrorCommand::FailAnalysis { .. }
            | ErrorCommand::Delete { .. }
    )
}
