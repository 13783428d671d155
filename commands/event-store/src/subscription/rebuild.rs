//! A projection filled anew beside the live one, then put in its place.
//!
//! Readers read the old tables until the swap, then the new ones. Killed half way, a
//! rebuild leaves a schema that the next one throws away.

use sqlx::{Connection, Executor, PgConnection, PgPool};

use super::runner::apply_all;
use super::{Projection, checkpoint, schema};

/// Events applied in one transaction of a rebuild.
const BATCH: i64 = 5_000;
/// The live runner is held up only for the last so many events.
const CATCH_UP: usize = 500;

/// Why a rebuild did not come to its end; the live tables are as before.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another process is rebuilding this projection.
    #[error("another process is rebuilding this projection")]
    Busy,
    /// The handler failed.
    #[error("the handler failed at position {position}: {reason}")]
    Handler {
        /// The event it failed at.
        position: i64,
        /// Why.
        reason: String,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Domain events read.
    pub events: u64,
    /// The position reached.
    pub position: i64,
}

/// Rebuilds one projection while readers read. Repeats no side effect: projections have none.
///
/// # Errors
/// See [`RebuildError`].
pub async fn rebuild(
    projector: &PgPool,
    projection: &dyn Projection,
) -> Result<Rebuilt, RebuildError> {
    // The lock belongs to this connection, so it goes when the process dies. The connection is
    // taken out of the pool for good: a pooled one would keep the lock when this future is dropped.
    let mut connection = projector.acquire().await?.detach();
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock(7203, hashtext($1))")
        .bind(projection.name())
        .fetch_one(&mut connection)
        .await?;
    if !locked {
        return Err(RebuildError::Busy);
    }
    let rebuilt = fill_and_swap(&mut connection, projection).await;
    // The server notices the end of a connection a moment later: the next rebuild would be busy.
    sqlx::query("select pg_advisory_unlock(7203, hashtext($1))")
        .bind(projection.name())
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    rebuilt
}

async fn fill_and_swap(
    connection: &mut PgConnection,
    projection: &dyn Projection,
) -> Result<Rebuilt, RebuildError> {
    let next = schema::next(projection);
    let mut transaction = connection.begin().await?;
    schema::create(&mut transaction, &next, projection).await?;
    transaction.commit().await?;

    let mut done = Rebuilt {
        events: 0,
        position: 0,
    };
    while fill(connection, projection, &next, &mut done).await? > CATCH_UP {}
    let mut transaction = connection.begin().await?;
    schema::open(&mut transaction, &next).await?;
    transaction.execute(projection.indexes()).await?;
    transaction.commit().await?;
    // What was written meanwhile.
    while fill(connection, projection, &next, &mut done).await? > CATCH_UP {}

    let mut transaction = connection.begin().await?;
    // From here the live runner waits: nothing is applied between the last event and the swap.
    sqlx::query("select 1 from subscriptions where name = $1 for update")
        .bind(projection.name())
        .execute(&mut *transaction)
        .await?;
    while fill(&mut transaction, projection, &next, &mut done).await? > 0 {}
    schema::swap(&mut transaction, &next, &schema::live(projection)).await?;
    checkpoint::advance(&mut transaction, projection, done.position).await?;
    transaction.commit().await?;
    Ok(done)
}

/// Applies one batch to the tables of `schema`; answers how many events it held.
pub(super) async fn fill(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    schema: &str,
    done: &mut Rebuilt,
) -> Result<usize, RebuildError> {
    let mut transaction = connection.begin().await?;
    let events = checkpoint::after(&mut transaction, done.position, BATCH).await?;
    schema::open(&mut transaction, schema).await?;
    apply_all(&mut transaction, projection, &events)
        .await
        .map_err(|failed| RebuildError::Handler {
            position: failed.position,
            reason: failed.reason.to_string(),
        })?;
    transaction.commit().await?;
    done.events += events.len() as u64;
    done.position = events.last().map_or(done.position, |event| event.position);
    Ok(events.len())
}
