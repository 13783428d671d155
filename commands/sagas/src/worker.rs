//! Does the jobs of one kind: takes as many as there are slots, keeps their leases, ends them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bugsage_commands::pressure::Pressure;
use bugsage_event_store::{in_time, is_away};
use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::job::Job;
use crate::offers::{Offer, Offers};
use crate::pace::Pace;
use crate::queue::{Queue, Turns};
use crate::work::{AnyWork, Context, Failure, Outcome, Retry};

/// Pause while the database is away.
const AWAY: Duration = Duration::from_secs(1);
/// How often an outcome is written again while another transaction is in its way.
const CLASHES: u32 = 8;

#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) work: Arc<dyn AnyWork>,
    pub(crate) context: Context,
    pub(crate) queue: Queue,
    pub(crate) pace: Pace,
    pub(crate) pressure: Pressure,
}

impl Worker {
    /// Works until `stop`; then what is begun may end within the grace, and the rest is given back.
    pub(crate) async fn run(self, mut offers: Offers, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.work.at_once()));
        let (mut begun, give_back) = (JoinSet::new(), CancellationToken::new());
        let mut turns = Turns::default();
        loop {
            let next = async {
                let slot = Arc::clone(&slots).acquire_owned().await;
                // Before a message is in hand that another node could take.
                self.pressure.step_aside().await;
                (slot, offers.next().await)
            };
            let Some((Ok(slot), offer)) = stop.run_until_cancelled(next).await else {
                break;
            };
            while begun.try_join_next().is_some() {}
            let (kind, tries) = (self.work.kind(), self.work.tries());
            match in_time(self.queue.take(kind, &mut turns, tries)).await {
                Ok(Some(job)) => {
                    let worker = self.clone();
                    begun.spawn(worker.perform(job, offer, slot, give_back.clone()));
                }
                Ok(None) => {
                    offers.found_nothing();
                    offer.refuse(&self.queue).await;
                }
                Err(error) => {
                    tracing::warn!(kind, %error, "no job can be taken");
                    stop.run_until_cancelled(sleep(AWAY)).await;
                }
            }
        }
        let ended = async { while begun.join_next().await.is_some() {} };
        if tokio::time::timeout(self.pace.grace, ended).await.is_err() {
            give_back.cancel();
            while begun.join_next().await.is_some() {}
        }
    }

    async fn perform(
        self,
        job: Job,
        offer: Offer,
        _slot: OwnedSemaphorePermit,
        give_back: CancellationToken,
    ) {
        let (kind, started) = (self.work.kind(), Instant::now());
        let outcome = tokio::select! {
            biased;
            outcome = self.attempt(&job) => outcome,
            () = self.keep(&job, &offer) => "lost",
            () = give_back.cancelled() => match in_time(self.queue.give_back(&job)).await {
                Ok(_) => "given_back",
                Err(_) => "lost", // until the lease ends
            },
        };
        if outcome == "lost" {
            tracing::warn!(kind, job = %job.id, "the lease was lost: somebody else does it");
        } else {
            offer.settle().await;
        }
        metrics::counter!("bugsage_job_tries_total", "kind" => kind, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("bugsage_job_seconds", "kind" => kind).record(started.elapsed());
    }

    /// Does it and writes what came of it; what came of that, in a word.
    async fn attempt(&self, job: &Job) -> &'static str {
        // A panic is a failure like any other.
        let mut outcome = AssertUnwindSafe(self.work.run(job, &self.context))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Failure::passing("it panicked; the log says where")));
        let mut clashes = 0;
        loop {
            match in_time(self.write(job, &outcome)).await {
                Ok(word) => return word,
                Err(error) if is_away(&error) => sleep(AWAY).await,
                Err(error) if clashes < CLASHES && is_clash(&error) => clashes += 1,
                Err(error) if outcome.is_ok() => outcome = Err(error.into()),
                Err(error) => {
                    tracing::error!(job = %job.id, %error, "what came of a job cannot be written");
                    return "lost";
                }
            }
        }
    }

    async fn write(
        &self,
        job: &Job,
        outcome: &Result<Outcome, Failure>,
    ) -> Result<&'static str, sqlx::Error> {
        let (held, word) = match outcome {
            Ok(outcome) => (self.queue.finish(job, outcome).await?, "done"),
            Err(failure) => {
                let pause = self.pause(job, failure.retry);
                let held = self.queue.fail(job, &failure.reason, pause).await?;
                let (kind, tries) = (&job.kind, job.tries);
                tracing::warn!(kind, job = %job.id, tries, %failure, dead = pause.is_none(), "a job failed");
                (held, if pause.is_some() { "failed" } else { "dead" })
            }
        };
        Ok(if held { word } else { "lost" })
    }

    /// How long until it is tried again; `None` for never.
    fn pause(&self, job: &Job, retry: Retry) -> Option<Duration> {
        let tries = u32::try_from(job.tries).unwrap_or(u32::MAX);
        if tries >= self.work.tries() {
            return None;
        }
        match retry {
            Retry::Never => None,
            Retry::BackOff => Some(self.pace.pause(tries)),
            Retry::After(pause) => Some(pause),
        }
    }

    /// Keeps the lease; returns once it is lost.
    async fn keep(&self, job: &Job, offer: &Offer) {
        let mut kept = Instant::now();
        loop {
            sleep(self.pace.lease / 3).await;
            match in_time(self.queue.renew(job)).await {
                Ok(true) => kept = Instant::now(),
                Ok(false) => return,
                // Nobody can take it either, unless the database is away from here alone.
                Err(_) if kept.elapsed() < self.pace.lease => {}
                Err(_) => return,
            }
            offer.in_progress().await;
        }
    }
}

/// A deadlock or a serialization failure: the same may succeed at once.
fn is_clash(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
