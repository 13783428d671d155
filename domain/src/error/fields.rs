//! The rules of an error's own fields: title, description, severity, category, tags, assignee.

use std::collections::HashSet;

use super::command::Edit;
use super::decide::Decision;
use super::event::ErrorEvent;
use super::refusal::Refusal;
use super::state::LiveError;
use super::{ASSIGNEE_MAX, CATEGORY_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX};
use crate::actor::Actor;
use crate::severity::Severity;

impl LiveError {
    /// All or nothing: every part is decided against the error as it is, and one refusal refuses all.
    pub(super) fn edit(&self, edit: Edit) -> Decision {
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
            events.extend(self.change_severity(severity));
        }
        if let Some(category) = edit.category {
            events.extend(self.categorize(category)?);
        }
        if let Some(wanted) = edit.tags {
            events.extend(self.tag(wanted, &self.facts.tags)?);
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

    pub(super) fn change_severity(&self, severity: Severity) -> Vec<ErrorEvent> {
        changed(
            self.facts.severity != severity,
            ErrorEvent::ErrorSeverityChanged { severity },
        )
    }

    pub(super) fn categorize(&self, category: Option<String>) -> Decision {
        if let Some(category) = &category {
            length(category, CATEGORY_MAX).map_err(Refusal::Category)?;
        }
        Ok(changed(
            category != self.facts.category,
            ErrorEvent::ErrorCategorized { category },
        ))
    }

    /// What is to be added and taken away at once, stays or comes.
    pub(super) fn tag(&self, add: Vec<String>, remove: &[String]) -> Decision {
        let (lost, mut kept): (Vec<_>, Vec<_>) = self
            .facts
            .tags
            .iter()
            .cloned()
            .partition(|tag| remove.contains(tag) && !add.contains(tag));
        let mut got = distinct(add);
        got.retain(|tag| !kept.contains(tag));
        kept.extend(got.iter().cloned());
        tags(&kept)?;
        let mut events = changed(!lost.is_empty(), ErrorEvent::ErrorUntagged { tags: lost });
        events.extend(changed(
            !got.is_empty(),
            ErrorEvent::ErrorTagged { tags: got },
        ));
        Ok(events)
    }

    pub(super) fn assign(&self, to: Option<String>) -> Decision {
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
}

/// The event, if it says anything new.
pub(super) fn changed(news: bool, event: ErrorEvent) -> Vec<ErrorEvent> {
    if news { vec![event] } else { Vec::new() }
}

/// The number of characters, as an error unless it is 1 to `max`.
pub(super) fn length(text: &str, max: usize) -> Result<(), usize> {
    let characters = text.chars().count();
    if (1..=max).contains(&characters) {
        Ok(())
    } else {
        Err(characters)
    }
}

/// Refuses tags that are too many, too long or empty.
pub(super) fn tags(tags: &[String]) -> Result<(), Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(Refusal::TooManyTags(tags.len()));
    }
    tags.iter()
        .try_for_each(|tag| length(tag, TAG_MAX).map_err(Refusal::TagLength))
}

/// The tags in their order, each once.
pub(super) fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    tags.into_iter()
        .filter(|tag| seen.insert(tag.clone()))
        .collect()
}
