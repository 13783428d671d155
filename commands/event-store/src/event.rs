//! A domain event as it is stored.

use bugsage_domain::ids::OrganizationId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::FromRow;
use uuid::Uuid;

/// Who caused an event and on whose request. Stored with it, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Who acted, as `kind:id`.
    pub actor: String,
    /// The request that carried the command.
    pub request_id: String,
    /// Shared by everything that followed from the same first cause.
    pub correlation_id: String,
    /// The event or command that directly caused it, if another than the request did.
    pub causation_id: Option<String>,
}

impl Metadata {
    /// As stored: an object of texts, which is all that postgres-es can read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields = [
            ("organization_id", Some(self.organization_id.to_string())),
            ("actor", Some(self.actor.clone())),
            ("request_id", Some(self.request_id.clone())),
            ("correlation_id", Some(self.correlation_id.clone())),
            ("causation_id", self.causation_id.clone()),
        ];
        Value::Object(
            fields
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
                .collect::<Map<_, _>>(),
        )
    }
}

/// A row of the event store.
#[derive(Debug, Clone, FromRow, Serialize)]
pub struct RecordedEvent {
    /// The global order. Gaps mean nothing.
    pub position: i64,
    /// The tenant.
    #[sqlx(try_from = "Uuid")]
    pub organization_id: OrganizationId,
    /// `error`, …
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: String,
    /// The order in its stream, from 1 without gaps.
    pub sequence: i64,
    /// `ErrorDetected`, …
    pub event_type: String,
    /// The version its payload was written in.
    pub event_version: String,
    /// The event itself, in that version.
    pub payload: Value,
    /// See [`Metadata`].
    pub metadata: Value,
    /// When it was written, by the database's clock.
    pub recorded_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// The columns, for a `select`.
    pub const COLUMNS: &'static str = "position, organization_id, aggregate_type, aggregate_id, \
         sequence, event_type, event_version, payload, metadata, recorded_at";
}
