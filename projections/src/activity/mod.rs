//! What was decided about an error, in words, newest first.
//!
//! An error's own history alone: what happened to one merged into it is asked of that one.

mod words;

use async_trait::async_trait;
use bugsage_domain::error::decode;
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{HandlerError, Projection};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

pub use words::words;

use crate::{QueryError, Scope};

/// Keeps one row a domain event of an error.
#[derive(Debug, Clone, Copy)]
pub struct ActivityProjection;

/// One thing that was decided.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct ActivityEntry {
    /// Its place in the history of the error, from 1.
    pub sequence: i64,
    /// Its place in the history of everything.
    pub position: i64,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Who caused it, as `kind:id`.
    pub actor: String,
    /// What a person is called who did; `erased user` once they are erased.
    pub actor_name: Option<String>,
    /// The domain event, e.g. `ErrorResolved`.
    pub kind: String,
    /// The same in words.
    pub words: String,
}

#[async_trait]
impl Projection for ActivityProjection {
    fn name(&self) -> &'static str {
        "activity"
    }

    fn version(&self) -> i32 {
        1
    }

    fn tables(&self) -> &'static str {
        "create table activity (
             organization_id uuid not null,
             error_id        uuid not null,
             sequence        bigint not null,
             position        bigint not null,
             at              timestamptz not null,
             actor           text not null,
             kind            text not null,
             words           text not null,
             constraint activity_key primary key (organization_id, error_id, sequence)
         )"
    }

    async fn apply(
        &self,
        tables: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<(), HandlerError> {
        self.apply_many(tables, std::slice::from_ref(event)).await
    }

    async fn apply_many(
        &self,
        tables: &mut PgConnection,
        events: &[RecordedEvent],
    ) -> Result<(), HandlerError> {
        let mut rows = Vec::with_capacity(events.len());
        for event in events.iter().filter(|e| e.aggregate_type == "error") {
            rows.push(entry(event)?);
        }
        sqlx::query(
            "insert into activity (organization_id, error_id, sequence, position, at, actor, kind, words)
             select * from jsonb_to_recordset($1) as r(
                 organization_id uuid, error_id uuid, sequence bigint, position bigint,
                 at timestamptz, actor text, kind text, words text)
             on conflict do nothing",
        )
        .bind(Json(rows))
        .execute(tables)
        .await?;
        Ok(())
    }
}

/// The row of an event, by the names of its columns.
fn entry(event: &RecordedEvent) -> Result<Value, HandlerError> {
    let decided = decode(
        &event.event_type,
        &event.event_version,
        event.payload.clone(),
    )?;
    Ok(json!({
        "organization_id": event.organization_id.0,
        "error_id": event.aggregate_id.parse::<Uuid>()?,
        "sequence": event.sequence,
        "position": event.position,
        "at": event.recorded_at,
        "actor": event.metadata["actor"].as_str().unwrap_or("system"),
        "kind": event.event_type,
        "words": words(&decided),
    }))
}

pub(crate) async fn entries(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    limit: u32,
) -> Result<Vec<ActivityEntry>, QueryError> {
    Ok(sqlx::query_as(
        "select sequence, position, at, actor, person_name(actor) as actor_name, kind,
                coalesce('assigned it to ' || case when kind = 'ErrorAssigned' then
                             person_name(substring(words from '^assigned it to (user:.*)$')) end, words) as words
           from projection_activity.activity
          where organization_id = $1 and error_id = $2 order by sequence desc limit $3",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?)
}
