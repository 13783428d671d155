//! What follows from the events of an error.

use std::time::Duration;

use bugsage_domain::error::{Because, ErrorEvent, decode};
use bugsage_domain::ids::ErrorId;
use bugsage_domain::severity::Severity;
use bugsage_event_store::{RecordedEvent, UnreadableEvent};
use serde_json::{Value, json};

use super::wanted::{Wanted, Wish};
use super::watch::Watch;
use super::work::Analyse;
use super::{SAGA, Task};
use crate::{NewJob, Priority, Saga, Step, Work};

/// When somebody looks whether an analysis ended: long after its job was tried for the last time.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Asks for analyses, and for the jobs that make them.
#[derive(Debug, Clone, Copy)]
pub struct AnalysisSaga;

/// An event of an error.
#[derive(Debug)]
pub struct Happened {
    error: ErrorId,
    event: ErrorEvent,
}

impl Saga for AnalysisSaga {
    const NAME: &'static str = SAGA;
    type Event = Happened;
    /// How bad the error is.
    type State = Option<Severity>;

    fn read(&self, event: &RecordedEvent) -> Result<Option<Happened>, UnreadableEvent> {
        let is_read = event.aggregate_type == "error"
            && matches!(
                &*event.event_type,
                "ErrorDetected"
                    | "ErrorSeverityChanged"
                    | "ErrorRegressed"
                    | "ErrorAnalysisRequested"
            );
        if !is_read {
            return Ok(None);
        }
        let unreadable = |reason: String| UnreadableEvent {
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            reason,
        };
        let payload = event.payload.clone();
        let happened = decode(&event.event_type, &event.event_version, payload)
            .map_err(|error| unreadable(error.to_string()))?;
        let error = event.aggregate_id.parse();
        let error = error.map_err(|_| unreadable("its error has no id".to_owned()))?;
        Ok(Some(Happened {
            error,
            event: happened,
        }))
    }

    fn apply(&self, state: &mut Option<Severity>, happened: &Happened) {
        match &happened.event {
            ErrorEvent::ErrorDetected(facts) => *state = Some(facts.severity),
            ErrorEvent::ErrorSeverityChanged { severity } => *state = Some(*severity),
            _ => {}
        }
    }

    fn react(&self, state: &Option<Severity>, happened: &Happened) -> Vec<Step> {
        let error = happened.error;
        let severity = state.unwrap_or_default();
        match &happened.event {
            ErrorEvent::ErrorDetected(facts) => wish(error, Because::New, facts.severity),
            ErrorEvent::ErrorRegressed { .. } => wish(error, Because::Regressed, severity),
            ErrorEvent::ErrorAnalysisRequested {
                number,
                because,
                provider,
                prompt_version,
                ..
            } => {
                let task = Task {
                    error,
                    number: *number,
                    opinion_on: match because {
                        Because::SecondOpinion { of } => Some(*of),
                        _ => None,
                    },
                    provider: provider.clone(),
                    prompt_version: prompt_version.clone(),
                    by_itself: because.by_itself(),
                };
                let task = json!(task);
                vec![
                    job(Analyse::KIND, priority(severity), &task, Duration::ZERO),
                    job(Watch::KIND, Priority::Backlog, &task, PATIENCE),
                ]
            }
            _ => Vec::new(),
        }
    }
}

fn wish(error: ErrorId, because: Because, severity: Severity) -> Vec<Step> {
    let wish = json!(Wish {
        error,
        because,
        severity,
    });
    vec![job(Wanted::KIND, priority(severity), &wish, Duration::ZERO)]
}

fn priority(severity: Severity) -> Priority {
    match severity {
        Severity::Critical => Priority::Critical,
        _ => Priority::Normal,
    }
}

fn job(kind: &'static str, priority: Priority, payload: &Value, after: Duration) -> Step {
    Step::Work(NewJob {
        kind,
        priority,
        payload: payload.clone(),
        after,
    })
}
