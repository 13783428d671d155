//! Where sealed secrets lie. Callers speak for the organization of the secret
//! (`bugsage_event_store::tenant`), or for none if it is the installation's.

use bugsage_domain::ids::OrganizationId;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::{Opened, Place, SealError, Sealed, Sealer};

/// Secrets that are sealed anew in one transaction.
const BATCH: i64 = 100;

/// Seals a secret and stores it in its place, over what may be there.
///
/// # Errors
/// When it cannot be sealed or the database fails.
pub async fn seal(
    connection: &mut PgConnection,
    sealer: &Sealer,
    place: &Place<'_>,
    secret: &[u8],
    at: DateTime<Utc>,
) -> Result<(), SealError> {
    let Sealed { key_id, bytes } = sealer.seal(place, secret)?;
    sqlx::query(
        "insert into sealed_secrets (secret_id, organization_id, purpose, key_id, sealed, sealed_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (secret_id) do update
            set purpose = excluded.purpose, key_id = excluded.key_id, sealed = excluded.sealed,
                sealed_at = excluded.sealed_at",
    )
    .bind(place.id)
    .bind(place.organization.map(|id| id.0))
    .bind(place.purpose)
    .bind(key_id)
    .bind(bytes)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The secret of a place; `None` if there is none.
///
/// # Errors
/// When it does not open or the database fails.
pub async fn open(
    connection: &mut PgConnection,
    sealer: &Sealer,
    place: &Place<'_>,
) -> Result<Option<Opened>, SealError> {
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(
        "select key_id, sealed from sealed_secrets
          where secret_id = $1 and organization_id is not distinct from $2 and purpose = $3",
    )
    .bind(place.id)
    .bind(place.organization.map(|id| id.0))
    .bind(place.purpose)
    .fetch_optional(connection)
    .await?;
    row.map(|(key_id, bytes)| sealer.open(place, &Sealed { key_id, bytes }))
        .transpose()
}

/// Deletes the secret of a place, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn forget(connection: &mut PgConnection, place: &Place<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from sealed_secrets where secret_id = $1 and organization_id is not distinct from $2",
    )
    .bind(place.id)
    .bind(place.organization.map(|id| id.0))
    .execute(connection)
    .await
    .map(|_| ())
}

/// What became of the secrets that another key than the first had sealed.
#[derive(Debug, Default)]
pub struct Resealed {
    /// How many the first key has sealed now.
    pub done: u64,
    /// Those that do not open, and why; they are as they were.
    pub unopened: Vec<(Uuid, SealError)>,
}

#[derive(FromRow)]
struct Row {
    secret_id: Uuid,
    organization_id: Option<Uuid>,
    purpose: String,
    key_id: String,
    sealed: Vec<u8>,
}

/// Seals anew, with the first key, all that other keys sealed. As the owner; safe to repeat.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn reseal(
    owner: &PgPool,
    sealer: &Sealer,
    at: DateTime<Utc>,
) -> Result<Resealed, SealError> {
    let mut resealed = Resealed::default();
    let mut last = Uuid::nil();
    loop {
        let mut transaction = owner.begin().await?;
        let rows: Vec<Row> = sqlx::query_as(
            "select secret_id, organization_id, purpose, key_id, sealed from sealed_secrets
              where key_id <> $1 and secret_id > $2 order by secret_id limit $3 for update",
        )
        .bind(sealer.key_id())
        .bind(last)
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        let Some(end) = rows.last() else {
            return Ok(resealed);
        };
        last = end.secret_id;
        for row in rows {
            let place = Place {
                organization: row.organization_id.map(OrganizationId),
                purpose: &row.purpose,
                id: row.secret_id,
            };
            let (key_id, bytes) = (row.key_id, row.sealed);
            match sealer.open(&place, &Sealed { key_id, bytes }) {
                Ok(opened) => {
                    seal(&mut transaction, sealer, &place, opened.expose(), at).await?;
                    resealed.done += 1;
                }
                Err(error) => resealed.unopened.push((row.secret_id, error)),
            }
        }
        transaction.commit().await?;
    }
}
