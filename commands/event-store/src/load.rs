//! What stands in the store: an aggregate's history, and what a key was answered.

use bugsage_domain::ids::OrganizationId;
use sqlx::{PgConnection, Row};

use crate::append::{Idempotency, Verdict};
use crate::event::RecordedEvent;
use crate::sourced::{EventSourced, Loaded, Past, UnreadableEvent};

/// What the key was answered before: [`Verdict::Repeated`] or [`Verdict::KeyReused`]; `None` for a new key.
///
/// # Errors
/// When the database fails.
pub async fn answered_before(
    connection: &mut PgConnection,
    organization: OrganizationId,
    idempotency: &Idempotency,
) -> Result<Option<Verdict>, sqlx::Error> {
    let row = sqlx::query(
        "select request, answer, sequence, position from idempotency_keys
          where organization_id = $1 and key = $2",
    )
    .bind(organization.0)
    .bind(&idempotency.key)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let request: Vec<u8> = row.try_get("request")?;
        if request != idempotency.request {
            return Ok(Verdict::KeyReused);
        }
        Ok(Verdict::Repeated {
            answer: row.try_get("answer")?,
            sequence: row.try_get("sequence")?,
            position: row.try_get("position")?,
        })
    })
    .transpose()
}

/// Loads an aggregate from its history; one without a history is its default at sequence 0.
///
/// # Errors
/// Outer: the database failed. Inner: an event cannot be read.
pub async fn load<A: EventSourced>(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: &str,
) -> Result<Result<Loaded<A>, UnreadableEvent>, sqlx::Error> {
    // Not the metadata: to write it out costs the database as much as the payload.
    let history: Vec<Past> = sqlx::query_as(
        "select sequence, event_type, event_version, payload from events
          where organization_id = $1 and aggregate_type = $2 and aggregate_id = $3
          order by sequence",
    )
    .bind(organization.0)
    .bind(A::TYPE)
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(Loaded::fold(history))
}

/// The whole history of an aggregate of any organization, for those who may see all: run it as
/// the projector or the owner. Everybody else [`load`]s.
///
/// # Errors
/// When the database fails.
pub async fn history(
    projector: &mut PgConnection,
    aggregate_type: &str,
    id: &str,
) -> Result<Vec<RecordedEvent>, sqlx::Error> {
    sqlx::query_as(&format!(
        "select {} from events where aggregate_type = $1 and aggregate_id = $2 order by sequence",
        RecordedEvent::COLUMNS
    ))
    .bind(aggregate_type)
    .bind(id)
    .fetch_all(projector)
    .await
}
