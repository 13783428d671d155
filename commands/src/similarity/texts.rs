//! What models are told of errors: their texts, each of the first occurrence that is kept.

use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_domain::similarity;
use bugsage_event_store::tenant;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::stored;

#[derive(FromRow)]
struct First {
    error_id: Uuid,
    payload: Vec<u8>,
    /// What it was compressed with; empty where nothing.
    dictionary: Vec<u8>,
}

/// The texts of those errors that have any.
///
/// # Errors
/// When the database fails.
pub async fn texts(
    app: &PgPool,
    organization: OrganizationId,
    errors: &[ErrorId],
) -> Result<Vec<(ErrorId, String)>, sqlx::Error> {
    let ids: Vec<Uuid> = errors.iter().map(|error| error.0).collect();
    let mut transaction = tenant(app, organization).await?;
    let first: Vec<First> = sqlx::query_as(
        "select e.error_id, o.payload, coalesce(d.bytes, '') as dictionary
           from unnest($2) e(error_id)
          cross join lateral (
                select o.payload, o.encoding from occurrences o
                 where o.organization_id = $1 and o.error_id = e.error_id
                 order by o.received_at, o.event_id limit 1) o
           left join dictionaries d on d.organization_id = $1 and d.dictionary_id = o.encoding",
    )
    .bind(organization.0)
    .bind(ids)
    .fetch_all(&mut *transaction)
    .await?;
    transaction.rollback().await?;
    let text = |first: First| {
        let occurrence = stored::read(&first.payload, &first.dictionary)?;
        let text = similarity::text(&occurrence);
        (!text.is_empty()).then_some((ErrorId(first.error_id), text))
    };
    Ok(first.into_iter().filter_map(text).collect())
}
