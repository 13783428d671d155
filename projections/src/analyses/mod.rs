//! The analyses of errors: one row each, from being asked for to its end.
//!
//! Texts stay where they can be erased; a row has their ids. [`read`] joins them.

mod answer;
mod diff;
mod fold;
pub(crate) mod read;
mod repository;
mod write;

use async_trait::async_trait;
use bugsage_domain::error::decode;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{HandlerError, Projection};
use sqlx::PgConnection;
use uuid::Uuid;

pub use answer::{AnalysisAnswer, Cause, Claim};
pub use diff::{AnalysisDiff, AnalysisSide};
pub use read::{Analysis, AnalysisMetadata, AnalysisSummary};
pub use repository::{AnalysisRepository, SuspectCommit};

/// Keeps one row an analysis.
#[derive(Debug, Clone, Copy)]
pub struct AnalysesProjection;

/// Which analysis of which error, in which organization.
type Key = (Uuid, Uuid, i32);

#[async_trait]
impl Projection for AnalysesProjection {
    fn name(&self) -> &'static str {
        "analyses"
    }

    fn version(&self) -> i32 {
        3
    }

    fn tables(&self) -> &'static str {
        "create table analyses (
             organization_id uuid not null,
             error_id        uuid not null,
             number          integer not null,
             -- requested, running, held_back, completed, failed or superseded
             state           text not null,
             because         text not null,
             -- of a second opinion: the one it is a second opinion on
             opinion_on      integer,
             requested_by    text not null,
             requested_at    timestamptz not null,
             started_at      timestamptz,
             ended_at        timestamptz,
             failure         text,
             superseded_by   integer,
             provider        text,
             model           text,
             prompt_version  text,
             input_tokens    bigint,
             output_tokens   bigint,
             cost_micros     bigint,
             milliseconds    bigint,
             context_text_id uuid,
             context_digest  text,
             answer_text_id  uuid,
             category        text,
             confidence      smallint,
             risk            text,
             found           boolean,
             dropped         integer,
             held_back       text,
             held_back_at    timestamptz,
             constraint analyses_key primary key (organization_id, error_id, number)
         )"
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
        let mut changes = Vec::new();
        for event in events.iter().filter(|event| tells_of_one(event)) {
            let payload = event.payload.clone();
            let decided = decode(&event.event_type, &event.event_version, payload)?;
            if let Some((number, changed)) = fold::fold(&decided)? {
                let error = event.aggregate_id.parse()?;
                let number = i32::try_from(number)?;
                changes.push(((event.organization_id.0, error, number), changed));
            }
        }
        write::write(tables, changes).await
    }
}

fn tells_of_one(event: &RecordedEvent) -> bool {
    event.aggregate_type == "error" && event.event_type.starts_with("ErrorAnalysis")
}
