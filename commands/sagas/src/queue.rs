//! The rows of jobs, as workers change them. Each change proves by the lease's number that the job is
//! still the worker's, and every moment is the database's: workers' clocks decide nothing.

use std::time::Duration;

use bugsage_event_store::tenant;
use sqlx::PgPool;
use uuid::Uuid;

use crate::job::{Job, Priority};
use crate::work::Outcome;

/// A job whose id NATS is to be given.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Due {
    #[sqlx(rename = "job_id")]
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    priority: i16,
    pub(crate) lease: i64,
}

impl Due {
    pub(crate) fn priority(&self) -> Priority {
        Priority::numbered(self.priority)
    }
}

/// Of each priority, the organization whose job was taken last: the turn of the next one comes after it.
pub(crate) type Turns = [Uuid; Priority::ALL.len()];

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    app: PgPool,
    /// For operators to see who has a job.
    node: String,
    lease: f64,
}

impl Queue {
    pub(crate) fn new(app: PgPool, node: String, lease: Duration) -> Self {
        let lease = lease.as_secs_f64();
        Self { app, node, lease }
    }

    /// The next job of a kind, for this worker alone.
    pub(crate) async fn take(
        &self,
        kind: &str,
        turns: &mut Turns,
        tries: u32,
    ) -> Result<Option<Job>, sqlx::Error> {
        let taken: Option<Job> = sqlx::query_as("select * from take_job($1, $2, $3, $4, $5)")
            .bind(kind)
            .bind(turns.as_slice())
            .bind(i32::try_from(tries).unwrap_or(i32::MAX))
            .bind(&self.node)
            .bind(self.lease)
            .fetch_optional(&self.app)
            .await?;
        if let Some(job) = &taken {
            turns[job.priority() as usize] = job.organization.0;
        }
        Ok(taken)
    }

    /// How long until a job may be taken; `None` if nobody need do so any more.
    pub(crate) async fn due_in(&self, id: Uuid) -> Result<Option<Duration>, sqlx::Error> {
        let seconds: Option<f64> = sqlx::query_scalar("select job_due_in($1)")
            .bind(id)
            .fetch_one(&self.app)
            .await?;
        Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
    }

    pub(crate) async fn renew(&self, job: &Job) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select renew_job($1, $2, $3)")
            .bind(job.id)
            .bind(job.lease)
            .bind(self.lease)
            .fetch_one(&self.app)
            .await
    }

    /// Ends it, with what it writes, in one transaction. The row first: what is written may take the
    /// append lock, which comes last.
    pub(crate) async fn finish(&self, job: &Job, outcome: &Outcome) -> Result<bool, sqlx::Error> {
        let finish = sqlx::query_scalar("select finish_job($1, $2, $3)")
            .bind(job.id)
            .bind(job.lease)
            .bind(&outcome.result);
        let Some(write) = &outcome.write else {
            return finish.fetch_one(&self.app).await;
        };
        let mut transaction = tenant(&self.app, job.organization).await?;
        let held: bool = finish.fetch_one(&mut *transaction).await?;
        if held {
            write(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(held)
    }

    /// To be tried again after a pause, or never.
    pub(crate) async fn fail(
        &self,
        job: &Job,
        reason: &str,
        pause: Option<Duration>,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select fail_job($1, $2, $3, $4)")
            .bind(job.id)
            .bind(job.lease)
            .bind(reason.replace('\0', "\u{fffd}"))
            .bind(pause.map(|pause| pause.as_secs_f64()))
            .fetch_one(&self.app)
            .await
    }

    pub(crate) async fn give_back(&self, job: &Job) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select give_job_back($1, $2)")
            .bind(job.id)
            .bind(job.lease)
            .fetch_one(&self.app)
            .await
    }

    pub(crate) async fn announce(&self, most: i32) -> Result<Vec<Due>, sqlx::Error> {
        sqlx::query_as("select * from announce_jobs($1)")
            .bind(most)
            .fetch_all(&self.app)
            .await
    }

    pub(crate) async fn unannounce(&self, ids: &[Uuid]) -> Result<(), sqlx::Error> {
        sqlx::query("select unannounce_jobs($1)")
            .bind(ids)
            .execute(&self.app)
            .await
            .map(|_| ())
    }
}
