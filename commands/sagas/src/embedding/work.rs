//! The job that makes vectors.

use std::time::Duration;

use async_trait::async_trait;
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Embedder;
use super::batch::{Batch, Done};
use crate::{Context, Failure, Job, Outcome, Retry, Work};

/// Texts in a request: what smaller servers take as well.
const AT_ONCE: i32 = 32;
/// Seconds for which errors are one job's: longer than making vectors of them takes.
const CLAIM: f64 = 600.0;

/// How soon a job is offered again that this node cannot do.
const ELSEWHERE: Duration = Duration::from_secs(15);

/// What vectors are to be made of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wish {
    /// By what.
    pub(super) embedder: String,
    /// An error, and those of the jobs that are due next; `None`: all of the organization.
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
        let wish: Wish = serde_json::from_value(job.payload.clone()).map_err(Failure::lasting)?;
        let embedder = self.embedder.as_ref();
        let Some(embedder) = embedder.filter(|one| one.name() == wish.embedder) else {
            return elsewhere(job, &wish);
        };
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

/// The node that asked for it may be another, while a new model is set up on one after the other.
fn elsewhere(job: &Job, wish: &Wish) -> Result<Outcome, Failure> {
    let was_last = u32::try_from(job.tries).is_ok_and(|tries| tries >= Embed::TRIES);
    if was_last {
        return Ok(Outcome::done(json!("nobody makes such vectors any more")));
    }
    let told = format!("{} is not set up on this node", wish.embedder);
    Err(Failure::new(told, Retry::After(ELSEWHERE)))
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
