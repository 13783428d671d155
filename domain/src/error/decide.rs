//! The rules: what each command does to an error, or why it is refused.
//!
//! Sending the same command twice changes nothing the second time.

use chrono::{DateTime, Utc};

use super::command::{Detect, Edit, ErrorCommand, Regression};
use super::event::{ErrorEvent, IgnoredUntil, ResolvedHow};
use super::refusal::Refusal;
use super::state::{ErrorGroup, LiveError, Standing};
use super::status::ErrorStatus;
use super::{ASSIGNEE_MAX, CATEGORY_MAX, SOURCE_ID_MAX, SOURCE_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX};
use crate::actor::Actor;
use crate::ids::ErrorId;

type Decision = Result<Vec<ErrorEvent>, Refusal>;

impl ErrorGroup {
    /// Decides a command without changing anything.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn decide(&self, command: ErrorCommand) -> Decision {
        let error = match (self, command) {
            (Self::Unborn, ErrorCommand::Detect(facts)) => return detect(facts),
            (Self::Live(error), ErrorCommand::Detect(facts)) => return error.detect_again(&facts),
            (Self::Deleted, ErrorCommand::Delete { .. }) => return Ok(Vec::new()),
            (Self::Unborn | Self::Deleted, _) => return Err(Refusal::NotFound),
            (Self::Live(error), command) => (error, command),
        };
        match error {
            (error, ErrorCommand::Unmerge) => error.unmerge(),
            (_, ErrorCommand::Delete { by }) => Ok(vec![ErrorEvent::ErrorDeleted { by }]),
            (error, ErrorCommand::Merge { into }) => error.merge(into),
            (error, command) => error.unmerged()?.decide(command),
        }
    }
}

fn detect(facts: Box<Detect>) -> Decision {
    length(&facts.title, TITLE_MAX).map_err(Refusal::Title)?;
    if let Some(category) = &facts.category {
        length(category, CATEGORY_MAX).map_err(Refusal::Category)?;
    }
    let source_id = facts.source_id.as_deref().unwrap_or_default();
    if length(&facts.source, SOURCE_MAX).is_err() || source_id.chars().count() > SOURCE_ID_MAX {
        return Err(Refusal::Source);
    }
    tags(&facts.tags)?;
    Ok(vec![ErrorEvent::ErrorDetected(facts)])
}

impl LiveError {
    fn unmerged(&self) -> Result<&Self, Refusal> {
        self.merged_into
            .map_or(Ok(self), |into| Err(Refusal::Merged { into }))
    }

    fn decide(&self, command: ErrorCommand) -> Decision {
        match command {
            ErrorCommand::Regress(regression) => self.regress(regression),
            ErrorCommand::Edit(edit) => self.edit(*edit),
            ErrorCommand::ChangeSeverity { severity } => Ok(changed(
                self.facts.severity != severity,
                ErrorEvent::ErrorSeverityChanged { severity },
            )),
            ErrorCommand::Categorize { category } => self.categorize(category),
            ErrorCommand::Tag { add, remove } => self.tag(add, &remove),
            ErrorCommand::Assign { to } => self.assign(to),
            ErrorCommand::BeginAnalysis => self.begin(ErrorStatus::Analyzing),
            ErrorCommand::BeginFix => self.begin(ErrorStatus::Fixing),
            ErrorCommand::EndAnalysis => self.end(ErrorStatus::Analyzing),
            ErrorCommand::EndFix => self.end(ErrorStatus::Fixing),
            ErrorCommand::Resolve {
                by,
                at,
                how,
                in_release,
            } => Ok(self.resolve(by, at, how, in_release)),
            ErrorCommand::Ignore { by, at, until } => self.ignore(by, at, until),
            ErrorCommand::Reopen { by } => self.reopen(by),
            // Decided above, where a merged error may still be asked.
            ErrorCommand::Detect(_)
            | ErrorCommand::Merge { .. }
            | ErrorCommand::Unmerge
            | ErrorCommand::Delete { .. } => Ok(Vec::new()),
        }
    }

    fn detect_again(&self, facts: &Detect) -> Decision {
        if self.facts.fingerprint == facts.fingerprint {
            Ok(Vec::new())
        } else {
            Err(Refusal::Exists)
        }
    }

    fn regress(&self, regression: Regression) -> Decision {
        let Regression { at, release, count } = regression;
        match &self.standing {
            Standing::Resolved(_) => Ok(vec![ErrorEvent::ErrorRegressed { at, release }]),
            Standing::Ignored(until) if until.is_over(at, count) => {
                Ok(vec![ErrorEvent::ErrorIgnoreExpired { at }])
            }
            // Somebody was faster; it is where it should be.
            Standing::Detected | Standing::Analyzing | Standing::Fixing => Ok(Vec::new()),
            Standing::Ignored(_) => Err(self.refuse("regress")),
        }
    }

    fn edit(&self, edit: Edit) -> Decision {
        let mut events = Vec::new();
        if let Some(title) = edit.title {
            length(&title, TITLE_MAX).map_err(Refusal::Title)?;
            events.extend(changed(
                title != self.facts.title,
                ErrorEvent::ErrorRetitled { title },
            ));
        }
        if let Some(text) = edit.description {
            let known = self.description.as_ref().map(|text| &text.digest);
            events.extend(changed(
                known != Some(&text.digest),
                ErrorEvent::ErrorDescribed { text },
            ));
        }
        if let Some(severity) = edit.severity {
            events.extend(self.decide(ErrorCommand::ChangeSeverity { severity })?);
        }
        if let Some(category) = edit.category {
            events.extend(self.categorize(category)?);
        }
        if let Some(wanted) = edit.tags {
            let gone: Vec<_> = self
                .facts
                .tags
                .iter()
                .filter(|tag| !wanted.contains(tag))
                .cloned()
                .collect();
            events.extend(self.tag(wanted, &gone)?);
        }
        if let Some(assignee) = edit.assignee {
            events.extend(self.assign(assignee)?);
        }
        if let Some(status) = edit.status {
            let by = edit.by.unwrap_or(Actor::System);
            events.extend(self.move_to(status, by, edit.at)?);
        }
        Ok(events)
    }

    fn move_to(&self, status: ErrorStatus, by: Actor, at: DateTime<Utc>) -> Decision {
        match (self.status(), status) {
            (ErrorStatus::Analyzing, ErrorStatus::Detected) => self.end(ErrorStatus::Analyzing),
            (ErrorStatus::Fixing, ErrorStatus::Detected) => self.end(ErrorStatus::Fixing),
            (_, ErrorStatus::Detected) => self.reopen(by),
            (_, ErrorStatus::Analyzing | ErrorStatus::Fixing) => self.begin(status),
            (_, ErrorStatus::Resolved) => Ok(self.resolve(by, at, ResolvedHow::Manually, None)),
            (_, ErrorStatus::Ignored) => self.ignore(by, at, IgnoredUntil::Forever),
        }
    }

    fn categorize(&self, category: Option<String>) -> Decision {
        if let Some(category) = &category {
            length(category, CATEGORY_MAX).map_err(Refusal::Category)?;
        }
        Ok(changed(
            category != self.facts.category,
            ErrorEvent::ErrorCategorized { category },
        ))
    }

    fn tag(&self, add: Vec<String>, remove: &[String]) -> Decision {
        let lost: Vec<_> = self
            .facts
            .tags
            .iter()
            .filter(|tag| remove.contains(tag))
            .cloned()
            .collect();
        let mut kept: Vec<_> = self
            .facts
            .tags
            .iter()
            .filter(|tag| !remove.contains(tag))
            .cloned()
            .collect();
        let mut got = Vec::new();
        for tag in add {
            if !kept.contains(&tag) {
                kept.push(tag.clone());
                got.push(tag);
            }
        }
        tags(&kept)?;
        let mut events = changed(!lost.is_empty(), ErrorEvent::ErrorUntagged { tags: lost });
        events.extend(changed(
            !got.is_empty(),
            ErrorEvent::ErrorTagged { tags: got },
        ));
        Ok(events)
    }

    fn assign(&self, to: Option<String>) -> Decision {
        if let Some(to) = &to {
            length(to, ASSIGNEE_MAX).map_err(Refusal::Assignee)?;
        }
        Ok(match to {
            Some(to) => changed(
                self.assignee.as_ref() != Some(&to),
                ErrorEvent::ErrorAssigned { to },
            ),
            None => changed(self.assignee.is_some(), ErrorEvent::ErrorUnassigned),
        })
    }

    fn begin(&self, work: ErrorStatus) -> Decision {
        let (asked, event) = match work {
            ErrorStatus::Fixing => ("fix", ErrorEvent::ErrorFixBegun),
            _ => ("analyze", ErrorEvent::ErrorAnalysisBegun),
        };
        match self.status() {
            now if now == work => Ok(Vec::new()),
            ErrorStatus::Detected => Ok(vec![event]),
            _ => Err(self.refuse(asked)),
        }
    }

    fn end(&self, work: ErrorStatus) -> Decision {
        let (asked, event) = match work {
            ErrorStatus::Fixing => ("end fix", ErrorEvent::ErrorFixEnded),
            _ => ("end analysis", ErrorEvent::ErrorAnalysisEnded),
        };
        match self.status() {
            now if now == work => Ok(vec![event]),
            ErrorStatus::Detected => Ok(Vec::new()),
            _ => Err(self.refuse(asked)),
        }
    }

    fn resolve(
        &self,
        by: Actor,
        at: DateTime<Utc>,
        how: ResolvedHow,
        in_release: Option<String>,
    ) -> Vec<ErrorEvent> {
        changed(
            self.status() != ErrorStatus::Resolved,
            ErrorEvent::ErrorResolved {
                by,
                at,
                how,
                in_release,
            },
        )
    }

    fn ignore(&self, by: Actor, at: DateTime<Utc>, until: IgnoredUntil) -> Decision {
        if matches!(until, IgnoredUntil::Time { at: end } if end <= at) {
            return Err(Refusal::IgnoredUntilPast);
        }
        Ok(changed(
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

    fn unmerge(&self) -> Decision {
        let from = self.merged_into.ok_or(Refusal::NotMerged)?;
        Ok(vec![ErrorEvent::ErrorUnmerged { from }])
    }

    fn refuse(&self, asked: &'static str) -> Refusal {
        Refusal::Status {
            status: self.status(),
            asked,
        }
    }
}

/// The event, if it says anything new.
fn changed(news: bool, event: ErrorEvent) -> Vec<ErrorEvent> {
    if news { vec![event] } else { Vec::new() }
}

/// The number of characters, as an error unless it is 1 to `max`.
fn length(text: &str, max: usize) -> Result<(), usize> {
    let characters = text.chars().count();
    if (1..=max).contains(&characters) {
        Ok(())
    } else {
        Err(characters)
    }
}

fn tags(tags: &[String]) -> Result<(), Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(Refusal::TooManyTags(tags.len()));
    }
    tags.iter()
        .try_for_each(|tag| length(tag, TAG_MAX).map_err(Refusal::TagLength))
}
