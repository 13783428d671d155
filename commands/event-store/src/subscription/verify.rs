//! A projection compared with a fresh fold of the log.

use serde::Serialize;
use sqlx::{Connection, PgConnection, PgPool};

use super::rebuild::{RebuildError, Rebuilt};
use super::runner::apply_all;
use super::{Projection, checkpoint, schema};

/// Events applied in one statement of the fold.
const BATCH: i64 = 5_000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The position both stood at.
    pub position: i64,
    /// Rows that only the live tables hold.
    pub unexpected: i64,
    /// Rows that only the fresh fold holds.
    pub missing: i64,
}

impl Verified {
    /// The live tables are what the log says.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.unexpected == 0 && self.missing == 0
    }
}

/// Folds the log anew up to where the projection stands and compares every row. The
/// projection waits meanwhile; readers do not. Leaves nothing behind.
///
/// # Errors
/// See [`RebuildError`].
pub async fn verify(
    projector: &PgPool,
    projection: &dyn Projection,
) -> Result<Verified, RebuildError> {
    let mut connection = projector.acquire().await?;
    let mut transaction = connection.begin().await?;
    let position: i64 =
        sqlx::query_scalar("select position from subscriptions where name = $1 for update")
            .bind(projection.name())
            .fetch_one(&mut *transaction)
            .await?;
    let (live, fresh) = (schema::live(projection), schema::fresh(projection));
    schema::create(&mut transaction, &fresh, projection).await?;
    fold_to(&mut transaction, projection, position).await?;
    let mut verified = Verified {
        position,
        unexpected: 0,
        missing: 0,
    };
    for table in schema::tables(&mut transaction, &fresh).await? {
        verified.unexpected += only_in(&mut transaction, &live, &fresh, &table).await?;
        verified.missing += only_in(&mut transaction, &fresh, &live, &table).await?;
    }
    transaction.rollback().await?;
    Ok(verified)
}

async fn fold_to(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    end: i64,
) -> Result<(), RebuildError> {
    let mut done = Rebuilt {
        events: 0,
        position: 0,
    };
    loop {
        let mut events = checkpoint::after(connection, done.position, BATCH).await?;
        events.retain(|event| event.position <= end);
        let Some(last) = events.last() else {
            return Ok(());
        };
        done.position = last.position;
        apply_all(connection, projection, &events)
            .await
            .map_err(|failed| RebuildError::Handler {
                position: failed.position,
                reason: failed.reason.to_string(),
            })?;
    }
}

async fn only_in(
    connection: &mut PgConnection,
    one: &str,
    other: &str,
    table: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(&format!(
        "select count(*) from (select * from {one}.{table} except all select * from {other}.{table}) d"
    ))
    .fetch_one(connection)
    .await
}
