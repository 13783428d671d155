//! An analysis whose job is dead ends all the same: else none could be asked for again.

use std::time::Duration;

use async_trait::async_trait;
use bugsage_commands::clock::Clock;
use bugsage_domain::error::AnalysisFailure;
use bugsage_event_store::tenant;
use serde_json::json;

use super::{Task, job_of, work::fail};
use crate::{Context, Failure, Job, Outcome, Retry, Work};

/// The next look at one that is still waited for.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// Looks after analyses.
pub(super) struct Watch {
    pub(super) clock: Clock,
}

#[async_trait]
impl Work for Watch {
    const KIND: &'static str = "analysis_watch";
    /// A backlog may be long.
    const TRIES: u32 = 10_000;

    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure> {
        let task: Task = serde_json::from_value(job.payload.clone()).map_err(Failure::lasting)?;
        let mut transaction = tenant(&context.database, job.organization).await?;
        let state: Option<String> =
            sqlx::query_scalar("select state from jobs where organization_id = $1 and job_id = $2")
                .bind(job.organization.0)
                .bind(job_of(job.position))
                .fetch_optional(&mut *transaction)
                .await?;
        transaction.rollback().await?;
        if matches!(state.as_deref(), Some("waiting" | "running")) {
            let told = format!("analysis {} is still under way", task.number);
            return Err(Failure::new(told, Retry::After(PAUSE)));
        }
        // Of one that ended this changes nothing.
        fail(job, context, &task, AnalysisFailure::GaveUp, &self.clock).await?;
        Ok(Outcome::done(json!("ended")))
    }
}
