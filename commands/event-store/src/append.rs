//! The batch append: many commands, one statement, a verdict for each.

use bugsage_domain::ids::{OrganizationId, TextId};
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::event::Metadata;
use crate::sourced::replace_nul;

/// An event about to be stored.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `ErrorResolved`, …
    pub event_type: String,
    /// The version of its payload.
    pub event_version: String,
    /// The event.
    pub payload: Value,
}

/// Makes a command safe to send twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The sender's key, unique in the organization; forgotten after a day.
    pub key: String,
    /// SHA-256 of what was asked.
    pub request: Vec<u8>,
}

/// A text that a command's events refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    /// The id the event holds.
    pub id: TextId,
    /// The text.
    pub body: String,
}

/// What one command wants written: all of it, or nothing.
#[derive(Debug, Clone)]
pub struct Append {
    /// The stream's type.
    pub aggregate_type: &'static str,
    /// The stream's id.
    pub aggregate_id: String,
    /// The sequence the decision was made on.
    pub expected: i64,
    /// What was decided; may be empty when only an answer is to be remembered.
    pub events: Vec<NewEvent>,
    /// Stored with each event.
    pub metadata: Metadata,
    /// What changes in the write-side tables; see `apply_error_effect`.
    pub effect: Option<Value>,
    /// Texts to store beside.
    pub texts: Vec<NewText>,
    /// The sender's key, if it gave one.
    pub idempotency: Option<Idempotency>,
    /// What a repeat of the key is answered.
    pub answer: Value,
}

impl Append {
    fn organization(&self) -> OrganizationId {
        self.metadata.organization_id
    }
}

/// What became of one command of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Its events are stored.
    Appended {
        /// The sequence of the last one.
        sequence: i64,
        /// The position of the last one; `None` if there were none.
        position: Option<i64>,
    },
    /// Somebody else was faster; the stream now stands at `actual`. It may be the sequence expected:
    /// then the effect cannot be applied, because another stream's command took its ground away.
    Conflict {
        /// The sequence it stands at.
        actual: i64,
    },
    /// The same key came before with the same request.
    Repeated {
        /// What was answered then.
        answer: Value,
        /// The sequence reached then.
        sequence: i64,
        /// The position reached then; 0 if nothing was written.
        position: i64,
    },
    /// The same key came before with another request.
    KeyReused,
}

/// Appends `batch` within the caller's transaction; the append lock is held until it ends.
///
/// # Errors
/// When the database fails; then nothing of the batch is written.
pub async fn append(
    connection: &mut PgConnection,
    batch: &[Append],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut columns = Columns::default();
    for command in batch {
        columns.push(command);
    }
    columns.run(connection).await
}

/// The batch as the arrays that `append_events` takes.
#[derive(Default)]
struct Columns {
    organization: Vec<Uuid>,
    aggregate_type: Vec<&'static str>,
    aggregate_id: Vec<String>,
    expected: Vec<i64>,
    first: Vec<i32>,
    last: Vec<i32>,
    key: Vec<Option<String>>,
    request: Vec<Option<Vec<u8>>>,
    answer: Vec<Value>,
    effect: Vec<Option<Value>>,
    texts: Vec<Option<Value>>,
    event_type: Vec<String>,
    event_version: Vec<String>,
    payload: Vec<Value>,
    metadata: Vec<Value>,
}

impl Columns {
    fn push(&mut self, command: &Append) {
        let idempotency = command.idempotency.clone();
        let first = i32::try_from(self.event_type.len()).unwrap_or(i32::MAX) + 1;
        self.organization.push(command.organization().0);
        self.aggregate_type.push(command.aggregate_type);
        self.aggregate_id.push(command.aggregate_id.clone());
        self.expected.push(command.expected);
        self.key.push(idempotency.as_ref().map(|i| i.key.clone()));
        self.request.push(idempotency.map(|i| i.request));
        self.answer.push(command.answer.clone());
        self.effect.push(command.effect.clone());
        self.texts.push(texts_json(&command.texts));
        for event in &command.events {
            self.event_type.push(event.event_type.clone());
            self.event_version.push(event.event_version.clone());
            self.payload.push(event.payload.clone());
            self.metadata.push(command.metadata.to_json());
        }
        self.first.push(first);
        self.last
            .push(i32::try_from(self.event_type.len()).unwrap_or(i32::MAX));
    }

    async fn run(mut self, connection: &mut PgConnection) -> Result<Vec<Verdict>, sqlx::Error> {
        self.answer.iter_mut().for_each(replace_nul);
        self.metadata.iter_mut().for_each(replace_nul);
        let rows = sqlx::query(
            "select verdict, last_sequence, last_position, answer
               from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(&self.organization)
        .bind(&self.aggregate_type)
        .bind(&self.aggregate_id)
        .bind(&self.expected)
        .bind(&self.first)
        .bind(&self.last)
        .bind(&self.key)
        .bind(&self.request)
        .bind(&self.answer)
        .bind(&self.effect)
        .bind(&self.texts)
        .bind(&self.event_type)
        .bind(&self.event_version)
        .bind(&self.payload)
        .bind(&self.metadata)
        .fetch_all(connection)
        .await?;
        rows.iter().map(verdict).collect()
    }
}

fn texts_json(texts: &[NewText]) -> Option<Value> {
    let texts: Vec<_> = texts
        .iter()
        .map(|text| json!({"id": text.id, "body": text.body.replace('\0', "\u{fffd}")}))
        .collect();
    (!texts.is_empty()).then_some(Value::Array(texts))
}

fn verdict(row: &sqlx::postgres::PgRow) -> Result<Verdict, sqlx::Error> {
    let sequence = row.try_get("last_sequence")?;
    let position: Option<i64> = row.try_get("last_position")?;
    Ok(match row.try_get("verdict")? {
        "appended" => Verdict::Appended { sequence, position },
        "conflict" => Verdict::Conflict { actual: sequence },
        "repeated" => Verdict::Repeated {
            answer: row.try_get("answer")?,
            sequence,
            position: position.unwrap_or(0),
        },
        _ => Verdict::KeyReused,
    })
}
