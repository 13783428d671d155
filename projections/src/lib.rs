//! What can be asked: one folder per read model.
//!
//! [`errors`], [`activity`] and [`analyses`] are projections, kept up to date from domain events;
//! [`occurrences`], [`similar`] and [`statistics`] ask the tables that ingest writes, statistics by
//! way of roll-ups; [`subject`] and [`precedents`] put together what several of them know. Every question goes
//! through [`Queries`] and names a [`Scope`], so none can forget its organization.

pub mod activity;
pub mod analyses;
mod cursor;
pub mod errors;
mod moment;
pub mod occurrences;
pub mod precedents;
mod queries;
pub mod similar;
pub mod statistics;
pub mod subject;

use std::sync::Arc;

use bugsage_event_store::subscription::Projection;

pub use queries::{Queries, QueryError, Scope};

/// Every projection there is: what a projector runs and what operators can rebuild.
#[must_use]
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(errors::ErrorsProjection),
        Arc::new(activity::ActivityProjection),
        Arc::new(analyses::AnalysesProjection),
    ]
}
