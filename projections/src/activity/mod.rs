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
        if event.aggregate_type != "error" {
            return Ok(());
        }
        let decided = decode(
            &event.event_type,
            &event.event_version,
            event.payload.clone(),
        )?;
        let error: Uuid = event.aggregate_id.parse()?;
        sqlx::query(
            "insert into activity (organization_id, error_id, sequence, position, at, actor, kind, words)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind(event.organization_id.0)
        .bind(error)
        .bind(event.sequence)
        .bind(event.position)
        .bind(event.recorded_at)
        .bind(event.metadata["actor"].as_str().unwrap_or("system"))
        .bind(&event.event_type)
        .bind(words(&decided))
        .execute(tables)
        .await?;
        Ok(())
    }
}

pub(crate) async fn entries(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    limit: u32,
) -> Result<Vec<ActivityEntry>, QueryError> {
    Ok(sqlx::query_as(
        "select sequence, position, at, actor, kind, words from projection_activity.activity
          where organization_id = $1 and error_id = $2 order by sequence desc limit $3",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?)
}
