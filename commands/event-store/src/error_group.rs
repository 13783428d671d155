//! The error aggregate as it is kept: its decoder, and what its events change beside the store.

use bugsage_domain::error::{
    self, ErrorCommand, ErrorEvent, ErrorGroup, IgnoredUntil, LiveError, Refusal,
};
use bugsage_domain::ids::TextId;
use serde_json::{Map, Value, json};

use crate::sourced::{EventSourced, UnreadableEvent};

impl EventSourced for ErrorGroup {
    fn decide(&self, command: ErrorCommand) -> Result<Vec<ErrorEvent>, Refusal> {
        Self::decide(self, command)
    }

    fn decode(
        event_type: &str,
        event_version: &str,
        payload: Value,
    ) -> Result<ErrorEvent, UnreadableEvent> {
        error::decode(event_type, event_version, payload).map_err(|reason| UnreadableEvent {
            event_type: event_type.to_owned(),
            event_version: event_version.to_owned(),
            reason: reason.to_string(),
        })
    }

    fn effect(&self, events: &[ErrorEvent]) -> Option<Value> {
        let mut effect = Map::new();
        for event in events {
            match event {
                ErrorEvent::ErrorMerged { into } | ErrorEvent::ErrorJoined { into, .. } => {
                    effect.insert("merged_into".to_owned(), json!(into));
                }
                ErrorEvent::ErrorUnmerged { .. } => {
                    effect.insert("merged_into".to_owned(), Value::Null);
                }
                ErrorEvent::ErrorDeleted { .. } => {
                    effect.insert("deleted".to_owned(), json!(true));
                }
                event if changes_status(event) => {
                    effect.extend(self.live().map(status_columns).unwrap_or_default());
                }
                _ => {}
            }
        }
        (!effect.is_empty()).then_some(Value::Object(effect))
    }

    fn text_ids(events: &[ErrorEvent]) -> Vec<TextId> {
        let texts = events.iter().flat_map(|event| match event {
            ErrorEvent::ErrorDetected(facts) => [facts.description.as_ref(), None],
            ErrorEvent::ErrorDescribed { text } => [Some(text), None],
            ErrorEvent::ErrorAnalysisCompleted(result) => {
                [Some(&result.context), Some(&result.answer)]
            }
            _ => [None, None],
        });
        texts.flatten().map(|text| text.id).collect()
    }
}

const fn changes_status(event: &ErrorEvent) -> bool {
    matches!(
        event,
        ErrorEvent::ErrorRegressed { .. }
            | ErrorEvent::ErrorIgnoreExpired { .. }
            | ErrorEvent::ErrorAnalysisBegun
            | ErrorEvent::ErrorAnalysisEnded
            | ErrorEvent::ErrorFixBegun
            | ErrorEvent::ErrorFixEnded
            | ErrorEvent::ErrorResolved { .. }
            | ErrorEvent::ErrorIgnored { .. }
            | ErrorEvent::ErrorReopened { .. }
    )
}

/// The columns of `error_state` that say where the error stands.
fn status_columns(error: &LiveError) -> Map<String, Value> {
    let mut columns = Map::new();
    columns.insert("status".to_owned(), json!(error.status()));
    match error.ignored_until() {
        Some(IgnoredUntil::Time { at }) => {
            columns.insert("ignored_until".to_owned(), json!(at));
        }
        Some(IgnoredUntil::Occurrences { count }) => {
            columns.insert("ignored_until_count".to_owned(), json!(count));
        }
        Some(IgnoredUntil::Forever) | None => {}
    }
    columns
}
