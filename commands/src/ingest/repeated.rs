//! What the sender of an idempotency key was told the first time.

use bugsage_domain::ids::{ErrorId, EventId, OrganizationId};
use bugsage_event_store::{Idempotency, Verdict, answered_before, tenant};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{IngestError, Outcome, Stored};

/// What is kept under the key of an occurrence.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) event_id: EventId,
    pub(super) error_id: ErrorId,
    pub(super) outcome: Outcome,
}

/// The first answer to this key; `None` for a new key.
///
/// # Errors
/// Outer: the database failed. Inner: [`IngestError::KeyReused`].
pub async fn repeated(
    app: &PgPool,
    organization: OrganizationId,
    key: &Idempotency,
) -> Result<Option<Result<Stored, IngestError>>, sqlx::Error> {
    let mut transaction = tenant(app, organization).await?;
    let answer = match answered_before(&mut transaction, organization, key).await? {
        None => return Ok(None),
        Some(Verdict::Repeated { answer, .. }) => answer,
        Some(_) => return Ok(Some(Err(IngestError::KeyReused))),
    };
    let first: Remembered = match serde_json::from_value(answer) {
        Ok(first) => first,
        Err(error) => return Ok(Some(Err(IngestError::Failed(error.to_string())))),
    };
    // The domain events that the occurrence caused name it; most cause none.
    let position = sqlx::query_scalar(
        "select max(position) from events
          where organization_id = $1 and aggregate_type = 'error' and aggregate_id = $2
            and metadata->>'causation_id' = $3",
    )
    .bind(organization.0)
    .bind(first.error_id.to_string())
    .bind(first.event_id.to_string())
    .fetch_one(&mut *transaction)
    .await?;
    Ok(Some(Ok(Stored {
        event_id: first.event_id,
        error_id: first.error_id,
        outcome: first.outcome,
        position,
    })))
}
