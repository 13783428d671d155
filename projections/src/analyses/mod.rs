//! The analyses of errors: one row each, from being asked for to its end.
//!
//! Texts stay where they can be erased; a row has their ids. [`read`] joins them.

mod answer;
mod diff;
mod fold;
pub(crate) mod read;
mod repository;

use async_trait::async_trait;
use bugsage_domain::error::decode;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{HandlerError, Projection};
use serde_json::Value;
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
        if event.aggregate_type != "error" || !event.event_type.starts_with("ErrorAnalysis") {
            return Ok(());
        }
        let payload = event.payload.clone();
        let decided = decode(&event.event_type, &event.event_version, payload)?;
        let Some((number, changed)) = fold::fold(&decided)? else {
            return Ok(());
        };
        let organization = event.organization_id.0;
        let key = (
            organization,
            event.aggregate_id.parse()?,
            i32::try_from(number)?,
        );
        write(tables, key, changed).await
    }
}

/// Each state is reached from those before it alone, so what is applied again changes nothing.
async fn write(
    tables: &mut PgConnection,
    (organization, error, number): Key,
    changed: fold::Changed,
) -> Result<(), HandlerError> {
    let statement = match changed.from {
        None => {
            "insert into analyses select r.* from jsonb_populate_record(null::analyses, $1 || jsonb_build_object(
                 'organization_id', $2::uuid, 'error_id', $3::uuid, 'number', $4::integer)) r
             where cardinality($5::text[]) = 0
             on conflict do nothing"
        }
        Some(_) => {
            "update analyses set (state, started_at, ended_at, failure, superseded_by, provider, model,
                    prompt_version, input_tokens, output_tokens, cost_micros, milliseconds, context_text_id,
                    context_digest, answer_text_id, category, confidence, risk, found, dropped, held_back,
                    held_back_at)
                 = (select r.state, r.started_at, r.ended_at, r.failure, r.superseded_by, r.provider, r.model,
                    r.prompt_version, r.input_tokens, r.output_tokens, r.cost_micros, r.milliseconds,
                    r.context_text_id, r.context_digest, r.answer_text_id, r.category, r.confidence, r.risk,
                    r.found, r.dropped, r.held_back, r.held_back_at from jsonb_populate_record(analyses, $1) r)
              where organization_id = $2 and error_id = $3 and number = $4 and state = any ($5)"
        }
    };
    sqlx::query(statement)
        .bind(Value::Object(changed.columns))
        .bind(organization)
        .bind(error)
        .bind(number)
        .bind(changed.from.unwrap_or_default())
        .execute(tables)
        .await?;
    Ok(())
}
