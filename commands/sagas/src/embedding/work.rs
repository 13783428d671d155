//! The job that makes vectors.

use async_trait::async_trait;
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Embedder;
use super::batch::{Batch, Done};
use crate::{Context, Failure, Job, Outcome, Work};

/// Texts in a request: what smaller servers take as well.
const AT_ONCE: i32 = 32;
/// Seconds for which errors are one job's: longer than making vectors of them takes.
const CLAIM: f64 = 600.0;

/// What vectors are to be made of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wish {
    /// An error, and those of jobs that wait; `None`: all of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<ErrorId>,
}

/// Makes vectors.
pub(super) struct Embed {
    pub(super) embedder: Option<Embedder>,
}

#[async_trait]
impl Work for Embed {
    const KIND: &'static str = "embedding";
    /// One after the other, so that the second finds the vector of the same text.
    const AT_ONCE: usize = 1;
    /// Over some hours: nobody waits for it.
    const TRIES: u32 = 20;

    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure> {
        let Some(embedder) = &self.embedder else {
            return Ok(Outcome::done(json!("no model is set up for it")));
        };
        let wish: Wish = serde_json::from_value(job.payload.clone()).map_err(Failure::lasting)?;
        let mut done = Done::default();
        // Each batch is kept when it is made: whatever happens after it, it is not paid for again.
        while !done.is_over_budget {
            let errors = claim(embedder, job, context, &wish).await?;
            if errors.is_empty() {
                break;
            }
            let batch = Batch {
                embedder,
                job,
                context,
            };
            batch.make(errors, &mut done).await?;
        }
        Ok(Outcome::done(json!(done)))
    }
}

async fn claim(
    embedder: &Embedder,
    job: &Job,
    context: &Context,
    wish: &Wish,
) -> Result<Vec<ErrorId>, Failure> {
    let mut transaction = tenant(&context.database, job.organization).await?;
    let claimed: Vec<Uuid> = sqlx::query_scalar("select claim_vectors($1, $2, $3, $4, $5, $6)")
        .bind(job.organization.0)
        .bind(embedder.name())
        .bind(job.id)
        .bind(wish.error.map(|error| error.0))
        .bind(AT_ONCE)
        .bind(CLAIM)
        .fetch_all(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(claimed.into_iter().map(ErrorId).collect())
}
