//! The short way of a batch of commands: one statement that commits by itself, for those that have
//! nothing to remember but events.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::append::{Append, Verdict};
use crate::sourced::replace_nul;

/// Appends and commits; `None`, and nothing written, if `append_events` must say what becomes of
/// each: of keys, texts and merges, where a stream stands twice, and where others were faster.
///
/// # Errors
/// When the database fails in another way.
pub(crate) async fn append_plain(
    connection: &mut PgConnection,
    batch: &[Append],
) -> Result<Option<Vec<Verdict>>, sqlx::Error> {
    let streams: HashSet<_> = batch
        .iter()
        .map(|c| (c.aggregate_type, &c.aggregate_id))
        .collect();
    if streams.len() < batch.len() || !batch.iter().all(is_plain) {
        return Ok(None);
    }
    let mut columns = Columns::default();
    for command in batch {
        columns.push(command);
    }
    match columns.run(connection).await {
        Ok(positions) => Ok(Some(verdicts(batch, &positions))),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("40001") => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_plain(command: &Append) -> bool {
    let has_plain_effect = match &command.effect {
        None => true,
        Some(Value::Object(effect)) => {
            effect.contains_key("status")
                && !effect.contains_key("merged_into")
                && !effect.contains_key("deleted")
        }
        Some(_) => false,
    };
    command.idempotency.is_none()
        && command.texts.is_empty()
        && !command.events.is_empty()
        && has_plain_effect
}

/// The batch as the arrays that `append_plain` takes.
#[derive(Default)]
struct Columns<'b> {
    organization: Vec<Uuid>,
    aggregate: Vec<&'static str>,
    id: Vec<&'b str>,
    expected: Vec<i64>,
    sequence: Vec<i64>,
    event_type: Vec<&'b str>,
    version: Vec<&'b str>,
    payload: Vec<Json<&'b Value>>,
    metadata: Vec<Value>,
    changed_organization: Vec<Uuid>,
    changed: Vec<Uuid>,
    effect: Vec<Json<&'b Value>>,
}

impl<'b> Columns<'b> {
    fn push(&mut self, command: &'b Append) {
        let organization = command.metadata.organization_id.0;
        let mut metadata = command.metadata.to_json();
        replace_nul(&mut metadata);
        for (sequence, event) in (command.expected + 1..).zip(&command.events) {
            self.organization.push(organization);
            self.aggregate.push(command.aggregate_type);
            self.id.push(&command.aggregate_id);
            self.expected.push(command.expected);
            self.sequence.push(sequence);
            self.event_type.push(&event.event_type);
            self.version.push(&event.event_version);
            self.payload.push(Json(&event.payload));
            self.metadata.push(metadata.clone());
        }
        // Whose id is none belongs to no error.
        if let Some(effect) = &command.effect
            && let Ok(error) = command.aggregate_id.parse()
        {
            self.changed_organization.push(organization);
            self.changed.push(error);
            self.effect.push(Json(effect));
        }
    }

    async fn run(self, connection: &mut PgConnection) -> Result<Vec<i64>, sqlx::Error> {
        sqlx::query_scalar("select append_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
            .bind(self.organization)
            .bind(self.aggregate)
            .bind(self.id)
            .bind(self.expected)
            .bind(self.sequence)
            .bind(self.event_type)
            .bind(self.version)
            .bind(self.payload)
            .bind(self.metadata)
            .bind(self.changed_organization)
            .bind(self.changed)
            .bind(self.effect)
            // It is committed when this returns: the server says so before it is ready again.
            .fetch_one(connection)
            .await
    }
}

/// What each command came to, from the positions of all events.
fn verdicts(batch: &[Append], positions: &[i64]) -> Vec<Verdict> {
    let (mut verdicts, mut told) = (Vec::with_capacity(batch.len()), 0);
    for command in batch {
        told += command.events.len();
        verdicts.push(Verdict::Appended {
            sequence: command.expected + command.events.len() as i64,
            position: positions.get(told - 1).copied(),
        });
    }
    verdicts
}
