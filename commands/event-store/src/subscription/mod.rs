//! How domain events reach read models: in the order of their positions, exactly once.
//!
//! A projection's tables live in a schema of its own and move in one transaction with its
//! checkpoint (`subscriptions`), so a crash loses nothing and doubles nothing. Several
//! processes may run the same projection: the row lock on the checkpoint lets one work.
//! `LISTEN` wakes a runner; a slow poll is the safety net, and all there is behind a
//! transaction pooler.
//!
//! A saga follows by the same engine; instead of tables of its own it adds jobs, and its checkpoint is
//! made by [`begin`], never by a rebuild.
//!
//! To add a projection: implement [`Projection`], name it in the projections' register,
//! and query its tables under `projection_<name>`.

mod checkpoint;
mod rebuild;
mod runner;
mod schema;
mod verify;
mod wake;

use async_trait::async_trait;
use sqlx::PgConnection;

pub use checkpoint::{Status, after, begin, lags, reached, stalled, status};
pub use rebuild::{RebuildError, Rebuilt, rebuild};
pub use runner::{Step, prepare, run, step};
pub use verify::{Verified, verify};
pub use wake::Wake;

use crate::event::RecordedEvent;

/// Why a handler could not apply an event.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// A read model: the tables it keeps and what each event does to them.
#[async_trait]
pub trait Projection: Send + Sync {
    /// Its name, as operators type it: lower-case letters and `_`.
    fn name(&self) -> &'static str;

    /// Counts up whenever the tables or the fold change; a running system then rebuilds it by itself.
    fn version(&self) -> i32;

    /// The DDL of its tables, without a schema. Every table has `organization_id`.
    fn tables(&self) -> &'static str;

    /// The DDL of those indexes that readers alone need. A rebuild makes them when the tables are
    /// full, which costs a fraction of keeping them row by row.
    fn indexes(&self) -> &'static str {
        ""
    }

    /// Applies one event to the tables, which stand first on the search path.
    ///
    /// # Errors
    /// Stops this projection alone, visibly, until the event can be applied.
    async fn apply(
        &self,
        tables: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<(), HandlerError>;

    /// Applies events in their order, to the same end as [`Self::apply`] of each; for a projection
    /// that can write many with one statement. Where this fails, each is applied by itself.
    ///
    /// # Errors
    /// As [`Self::apply`].
    async fn apply_many(
        &self,
        tables: &mut PgConnection,
        events: &[RecordedEvent],
    ) -> Result<(), HandlerError> {
        for event in events {
            self.apply(tables, event).await?;
        }
        Ok(())
    }
}
