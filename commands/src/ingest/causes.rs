//! The domain events that a batch of occurrences causes: most cause none.

use std::collections::HashSet;

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Detect, ErrorCommand, ErrorEvent, ErrorGroup, Regression, TextRef};
use bugsage_domain::ids::{ErrorId, TextId};
use bugsage_event_store::{Append, EventSourced, Loaded, Metadata, NewText, load, new_events};
use cqrs_es::Aggregate;
use serde_json::Value;
use sqlx::PgConnection;

use super::batch::Taken;
use super::repeated::Remembered;
use super::writer::{Key, key};
use super::{Prepared, Submission};
use crate::clock::Clock;

/// Something to append, and the occurrence it is for.
pub(super) struct Cause {
    pub(super) key: Key,
    pub(super) append: Append,
}

/// Why the events could not be made.
pub(super) enum Uncaused {
    /// The database failed.
    Database(sqlx::Error),
    /// A fault of ours.
    Other(String),
}

impl From<sqlx::Error> for Uncaused {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// What to append for the occurrences just taken: a detection for each new error, a regression
/// for each that was settled, and the answer of each that carried an idempotency key.
pub(super) async fn appends(
    connection: &mut PgConnection,
    submissions: &[Submission],
    order: &[usize],
    taken: &[Taken],
    clock: &Clock,
) -> Result<Vec<Cause>, Uncaused> {
    let mut causes = Vec::new();
    let mut regressed = HashSet::new();
    for (index, taken) in order.iter().zip(taken) {
        let submission = &submissions[*index];
        let occurrence = &submission.occurrence;
        if taken.outcome == "new" {
            causes.push(detection(submission, taken.home, clock)?);
        } else if is_back(occurrence, taken) && regressed.insert(taken.root) {
            causes.extend(regression(connection, submission, taken).await?);
        }
        if submission.idempotency.is_some() {
            causes.push(remembered(submission, taken)?);
        }
    }
    Ok(causes)
}

/// The error was settled, and this occurrence unsettles it.
fn is_back(occurrence: &Prepared, taken: &Taken) -> bool {
    match taken.status.as_str() {
        _ if taken.outcome == "duplicate" => false,
        "resolved" => true,
        "ignored" => {
            taken
                .ignored_until
                .is_some_and(|end| end <= occurrence.received_at)
                || taken
                    .ignored_until_count
                    .is_some_and(|end| taken.count >= end)
        }
        _ => false,
    }
}

fn detection(submission: &Submission, error_id: ErrorId, clock: &Clock) -> Result<Cause, Uncaused> {
    let occurrence = &submission.occurrence;
    let text = occurrence.description.as_ref().map(|body| NewText {
        id: TextId(clock.new_id()),
        body: body.clone(),
    });
    let facts = Detect {
        organization_id: occurrence.organization_id,
        project_id: occurrence.project_id,
        error_id,
        title: occurrence.title.clone(),
        culprit: occurrence.culprit.clone(),
        severity: occurrence.severity,
        source: occurrence.source.clone(),
        source_id: occurrence.source_id.clone(),
        category: occurrence.category.clone(),
        tags: occurrence.error_tags.clone(),
        platform: occurrence.platform.clone(),
        grouping_version: occurrence.grouping_version.number(),
        fingerprint: occurrence.fingerprint.to_string(),
        description: text.as_ref().map(|text| TextRef {
            id: text.id,
            digest: occurrence.description_digest.clone().unwrap_or_default(),
        }),
        at: occurrence.received_at,
    };
    let fresh = Loaded {
        state: ErrorGroup::default(),
        sequence: 0,
    };
    let append = decided(
        fresh,
        ErrorCommand::Detect(Box::new(facts)),
        submission,
        error_id,
    )?;
    Ok(Cause {
        key: key(occurrence),
        append: Append {
            texts: text.into_iter().collect(),
            ..append
        },
    })
}

/// The error's row is locked by this transaction, so its history cannot grow before it ends.
async fn regression(
    connection: &mut PgConnection,
    submission: &Submission,
    taken: &Taken,
) -> Result<Option<Cause>, Uncaused> {
    let occurrence = &submission.occurrence;
    sqlx::query("select set_config('bugsage.organization', $1, true)")
        .bind(occurrence.organization_id.to_string())
        .execute(&mut *connection)
        .await?;
    let loaded = load::<ErrorGroup>(
        connection,
        occurrence.organization_id,
        &taken.root.to_string(),
    )
    .await?
    .map_err(|error| Uncaused::Other(error.to_string()))?;
    let command = ErrorCommand::Regress(Regression {
        at: occurrence.received_at,
        release: occurrence.release.clone(),
        count: u64::try_from(taken.count).unwrap_or(0),
    });
    let append = decided(loaded, command, submission, taken.root)?;
    Ok((!append.events.is_empty()).then(|| Cause {
        key: key(occurrence),
        append,
    }))
}

/// The answer to an idempotency key, under a stream of the occurrence's own that has no events.
fn remembered(submission: &Submission, taken: &Taken) -> Result<Cause, Uncaused> {
    let occurrence = &submission.occurrence;
    let answer = serde_json::to_value(Remembered {
        event_id: occurrence.event_id,
        error_id: taken.root,
        outcome: taken.outcome(),
    });
    Ok(Cause {
        key: key(occurrence),
        append: Append {
            aggregate_type: "occurrence",
            aggregate_id: occurrence.event_id.to_string(),
            expected: 0,
            events: Vec::new(),
            metadata: metadata(submission),
            effect: None,
            texts: Vec::new(),
            idempotency: submission.idempotency.clone(),
            answer: answer.map_err(|error| Uncaused::Other(error.to_string()))?,
        },
    })
}

fn decided(
    loaded: Loaded<ErrorGroup>,
    command: ErrorCommand,
    submission: &Submission,
    error_id: ErrorId,
) -> Result<Append, Uncaused> {
    let Loaded {
        mut state,
        sequence,
    } = loaded;
    let events: Vec<ErrorEvent> = state
        .decide(command)
        .map_err(|refusal| Uncaused::Other(refusal.to_string()))?;
    for event in &events {
        state.apply(event.clone());
    }
    Ok(Append {
        aggregate_type: ErrorGroup::TYPE,
        aggregate_id: error_id.to_string(),
        expected: sequence,
        effect: EventSourced::effect(&state, &events),
        events: new_events(&events).map_err(|error| Uncaused::Other(error.to_string()))?,
        metadata: metadata(submission),
        texts: Vec::new(),
        idempotency: None,
        answer: Value::Null,
    })
}

fn metadata(submission: &Submission) -> Metadata {
    Metadata {
        organization_id: submission.occurrence.organization_id,
        actor: Actor::System.to_string(),
        request_id: submission.request_id.clone(),
        correlation_id: submission.request_id.clone(),
        causation_id: Some(submission.occurrence.event_id.to_string()),
    }
}
