//! Sketching an error by its first occurrence that is kept.

use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_domain::similarity::{self, EMBEDDER, Sketch};
use bugsage_event_store::tenant;
use sqlx::{FromRow, PgPool};

use super::NotLooked;
use crate::stored;

#[derive(FromRow)]
struct First {
    payload: Vec<u8>,
    /// What it was compressed with; empty where nothing.
    dictionary: Vec<u8>,
}

/// Sketches and keeps; `None` where no occurrence is kept any more, or none that can be read.
pub(super) async fn sketch(
    app: &PgPool,
    organization: OrganizationId,
    error: ErrorId,
) -> Result<Option<Sketch>, NotLooked> {
    let mut transaction = tenant(app, organization).await?;
    let first: Option<First> = sqlx::query_as(
        "select o.payload, coalesce(d.bytes, '') as dictionary
           from occurrences o left join dictionaries d
             on d.organization_id = o.organization_id and d.dictionary_id = o.encoding
          where o.organization_id = $1 and o.error_id = $2
          order by o.received_at, o.event_id limit 1",
    )
    .bind(organization.0)
    .bind(error.0)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(sketch) = first.and_then(|first| first.sketch()) else {
        return Ok(None);
    };
    sqlx::query("select keep_sketch($1, $2, $3, $4, $5)")
        .bind(organization.0)
        .bind(error.0)
        .bind(EMBEDDER)
        .bind(sketch.vector())
        .bind(serde_json::to_value(&sketch)?)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Some(sketch))
}

impl First {
    fn sketch(&self) -> Option<Sketch> {
        let occurrence = stored::read(&self.payload, &self.dictionary)?;
        Some(similarity::sketch(&occurrence))
    }
}
