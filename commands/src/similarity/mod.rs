//! What new errors are like, and which they join: beside ingest, never in its way.
//!
//! The writer [tells](Newcomers::tell) of each new error after its commit. One task then sketches its
//! first occurrence, keeps the sketch, and asks for the most alike error of the project; from
//! [`JOIN_AT`](bugsage_domain::similarity::JOIN_AT) on the new one joins that, by a command like any
//! other. In a storm the question is skipped: whoever finds no room in the queue is not asked about,
//! and at most a hundred a second are, and fewer while occurrences queue. What was not sketched then is sketched later, to be offered as
//! similar, without joining anything: by then somebody may have looked at it.

mod joining;
mod sketching;
mod texts;

use std::time::Duration;

use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_domain::similarity::EMBEDDER;
use bugsage_event_store::Executor;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::pressure::Pressure;

pub use texts::texts;

/// New errors that may wait to be looked at; more are skipped.
const QUEUE: usize = 1_024;
/// The least time from one to the next: a hundred a second.
const PACE: Duration = Duration::from_millis(10);
/// Pause between two searches for errors without a sketch, and how many are taken at once.
const PAUSE: Duration = Duration::from_secs(15 * 60);
const PAGE: i32 = 100;

type Newcomer = (OrganizationId, ErrorId);

/// Where ingest tells of new errors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Newcomers(mpsc::Sender<Newcomer>);

impl Newcomers {
    /// Starts the task that looks at them, until `stop` or until nobody can tell of any more.
    #[must_use]
    pub fn start(
        app: PgPool,
        executor: Executor,
        pressure: Pressure,
        stop: CancellationToken,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (newcomers, waiting) = mpsc::channel(QUEUE);
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let looker = Looker {
            app,
            executor,
            pressure,
            pace,
        };
        let looking = async move {
            stop.run_until_cancelled(looker.run(waiting)).await;
        };
        (Self(newcomers), tokio::spawn(looking))
    }

    /// Tells of an error that was just made durable. Never waits.
    pub(crate) fn tell(&self, organization: OrganizationId, error: ErrorId) {
        if self.0.try_send((organization, error)).is_err() {
            metrics::counter!("bugsage_similarity_skipped_total").increment(1);
        }
    }
}

struct Looker {
    app: PgPool,
    executor: Executor,
    pressure: Pressure,
    pace: Interval,
}

impl Looker {
    async fn run(mut self, mut waiting: mpsc::Receiver<Newcomer>) {
        let mut search = interval(PAUSE);
        loop {
            tokio::select! {
                biased;
                newcomer = waiting.recv() => match newcomer {
                    Some(newcomer) => self.look_at(newcomer, true).await,
                    None => return,
                },
                _ = search.tick() => {
                    if self.catch_up().await >= PAGE as usize {
                        search.reset_at(Instant::now() + PACE);
                    }
                }
            }
        }
    }

    /// Sketches errors that were made before there were sketches of this version, or in a storm;
    /// answers how many.
    async fn catch_up(&mut self) -> usize {
        let found: Result<Vec<(Uuid, Uuid)>, _> =
            sqlx::query_as("select organization_id, error_id from unsketched_errors($1, $2)")
                .bind(EMBEDDER)
                .bind(PAGE)
                .fetch_all(&self.app)
                .await;
        let found = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "errors without a sketch will be searched again");
            Vec::new()
        });
        let mut looked = 0;
        for (organization, error) in &found {
            // Under pressure new ones have what turns there are.
            if self.pressure.is_on() {
                break;
            }
            self.look_at((OrganizationId(*organization), ErrorId(*error)), false)
                .await;
            looked += 1;
        }
        looked
    }

    async fn look_at(&mut self, (organization, error): Newcomer, may_join: bool) {
        self.pressure.step_aside().await;
        self.pace.tick().await;
        let looked = async {
            let sketch = sketching::sketch(&self.app, organization, error).await?;
            match sketch.filter(|sketch| may_join && sketch.may_join) {
                Some(sketch) => {
                    joining::join(&self.app, &self.executor, organization, error, &sketch).await
                }
                None => Ok(()),
            }
        };
        if let Err(reason) = looked.await {
            // It stays an error of its own; the next search finds it if it has no sketch.
            tracing::warn!(%error, %reason, "what an error is like is not known");
        }
    }
}

/// Why an error was not looked at. None of it is the sender's concern.
#[derive(Debug, thiserror::Error)]
enum NotLooked {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a sketch cannot be written or read: {0}")]
    Sketch(#[from] serde_json::Error),
    #[error("it did not join another: {0}")]
    Join(String),
}
