//! A writer's own connection.

use std::time::Instant;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use crate::connect::FRESH;

/// One connection kept from batch to batch. The pool would ask it twice a batch whether it still
/// lives, and give the next batch to another one, whose plans are not made.
#[derive(Debug)]
pub struct Line {
    pool: PgPool,
    kept: Option<(PoolConnection<Postgres>, Instant)>,
}

impl Line {
    /// Over the pool that it takes its connection from.
    #[must_use]
    pub const fn new(pool: PgPool) -> Self {
        Self { pool, kept: None }
    }

    /// The connection; another one if it was not kept, or not used for a second.
    ///
    /// # Errors
    /// When the pool has none.
    pub async fn take(&mut self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        match self.kept.take() {
            Some((connection, used)) if used.elapsed() < FRESH => Ok(connection),
            _ => self.pool.acquire().await,
        }
    }

    /// Keeps it for the next batch; only after a commit. Dropped instead, it goes back to the pool.
    pub fn keep(&mut self, connection: PoolConnection<Postgres>) {
        self.kept = Some((connection, Instant::now()));
    }
}
