//! What follows from a new error.

use std::time::Duration;

use bugsage_domain::ids::ErrorId;
use bugsage_event_store::{RecordedEvent, UnreadableEvent};
use serde_json::json;

use super::SAGA;
use super::work::{Embed, Wish};
use crate::{NewJob, Priority, Saga, Step, Work};

/// Errors that come together are made vectors of together.
const GATHER: Duration = Duration::from_millis(500);

/// Asks for vectors of new errors.
#[derive(Debug, Clone)]
pub struct EmbeddingSaga {
    /// What is to make them. Where nothing is set up, events are passed by.
    pub embedder: Option<String>,
}

impl Saga for EmbeddingSaga {
    const NAME: &'static str = SAGA;
    type Event = ErrorId;
    type State = ();

    fn read(&self, event: &RecordedEvent) -> Result<Option<ErrorId>, UnreadableEvent> {
        if event.aggregate_type != "error" || event.event_type != "ErrorDetected" {
            return Ok(None);
        }
        let error = event.aggregate_id.parse();
        error.map(Some).map_err(|_| UnreadableEvent {
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            reason: "its error has no id".to_owned(),
        })
    }

    fn react(&self, (): &(), error: &ErrorId) -> Vec<Step> {
        let Some(embedder) = self.embedder.clone() else {
            return Vec::new();
        };
        let wish = Wish {
            embedder,
            error: Some(*error),
        };
        vec![Step::Work(NewJob {
            kind: Embed::KIND,
            priority: Priority::Normal,
            payload: json!(wish),
            after: GATHER,
        })]
    }
}
