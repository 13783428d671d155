//! The errors as they stand: one row each, folded from its domain events.
//!
//! Counts and times come from `error_state`, which every ingest batch keeps; lists join it.

pub(crate) mod detail;
mod filter;
mod fold;
pub(crate) mod list;
mod narrow;
mod newest;
mod row;
mod table;
mod tagged;
mod write;

use async_trait::async_trait;
use bugsage_domain::error::decode;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{HandlerError, Projection};
use sqlx::PgConnection;

pub use detail::{ErrorDetail, Ignored, Resolution};
pub(crate) use filter::push_status;
pub use filter::{ListQuery, Order, Sort};
pub use fold::{Change, Standing, fold};
pub use list::{ErrorList, ErrorSummary};

/// Keeps one row an error.
#[derive(Debug, Clone, Copy)]
pub struct ErrorsProjection;

#[async_trait]
impl Projection for ErrorsProjection {
    fn name(&self) -> &'static str {
        "errors"
    }

    fn version(&self) -> i32 {
        4
    }

    fn tables(&self) -> &'static str {
        table::DDL
    }

    fn indexes(&self) -> &'static str {
        table::INDEXES
    }

    async fn apply(
        &self,
        tables: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<(), HandlerError> {
        self.apply_many(tables, std::slice::from_ref(event)).await
    }

    async fn apply_many(
        &self,
        tables: &mut PgConnection,
        events: &[RecordedEvent],
    ) -> Result<(), HandlerError> {
        let mut changes = Vec::with_capacity(events.len());
        for event in events.iter().filter(|e| e.aggregate_type == "error") {
            let decided = decode(
                &event.event_type,
                &event.event_version,
                event.payload.clone(),
            )?;
            changes.push((event, fold(decided)));
        }
        write::write(tables, &changes).await
    }
}
