//! Which sagas and kinds of job there are, and everything that runs for them.

use std::sync::Arc;

use async_nats::Client;
use async_nats::connection::State;
use bugsage_commands::pressure::Pressure;
use bugsage_event_store::Executor;
use bugsage_event_store::subscription::Step::Applied;
use bugsage_event_store::subscription::{self, Projection, Wake};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::jetstream::{self, JetStreamError};
use crate::offers::Offers;
use crate::pace::Pace;
use crate::queue::Queue;
use crate::saga::{Follower, Saga};
use crate::work::{AnyWork, Context, Work};
use crate::worker::Worker;
use crate::{announcer, relay};

/// What sagas and workers stand on.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The pool of the app role.
    pub app: PgPool,
    /// The pool of the projector, with a connection for each saga, one for the relay and two that listen.
    pub projector: PgPool,
    /// For commands.
    pub executor: Executor,
    /// The message server, where one is used.
    pub nats: Option<Client>,
    /// This node's name, for operators.
    pub node: String,
    /// How long things take.
    pub pace: Pace,
    /// Of the ingest in this process, if there is any: workers step aside for it.
    pub pressure: Pressure,
}

/// Why workers do not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// JetStream cannot be used.
    #[error(transparent)]
    JetStream(#[from] JetStreamError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The sagas and kinds of job of a service.
#[derive(Default)]
pub struct Register {
    works: Vec<Arc<dyn AnyWork>>,
    sagas: Vec<MakeSaga>,
}

/// A saga, once there is an executor.
type MakeSaga = Box<dyn FnOnce(Executor) -> Box<dyn Projection> + Send>;

impl Register {
    /// With a kind of job.
    #[must_use]
    pub fn work(mut self, work: impl Work) -> Self {
        self.works.push(Arc::new(work));
        self
    }

    /// With a saga.
    #[must_use]
    pub fn saga(mut self, saga: impl Saga) -> Self {
        self.sagas
            .push(Box::new(|executor| Box::new(Follower { saga, executor })));
        self
    }

    /// Makes the checkpoints of sagas that have none. On every node that writes events, before it does:
    /// what happens from then on, sagas react to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(self, around: &Surroundings) -> Result<Prepared, sqlx::Error> {
        let mut sagas = Vec::new();
        for make in self.sagas {
            let saga = make(around.executor.clone());
            subscription::begin(&around.projector, saga.as_ref()).await?;
            sagas.push(saga);
        }
        Ok(Prepared {
            works: self.works,
            sagas,
        })
    }
}

/// Sagas that have their checkpoints, and works.
pub struct Prepared {
    works: Vec<Arc<dyn AnyWork>>,
    sagas: Vec<Box<dyn Projection>>,
}

impl Prepared {
    /// Lets the sagas react to all that happened so far, once, with nothing else running.
    ///
    /// # Errors
    /// When the database fails; a saga that cannot go on says so in its status.
    pub async fn catch_up(&self, projector: &PgPool) -> Result<(), sqlx::Error> {
        for saga in &self.sagas {
            while let Applied(_) = subscription::step(projector, saga.as_ref()).await? {}
        }
        Ok(())
    }

    /// Starts sagas, workers and, with NATS, the relay. They end after `stop`, workers within their grace.
    ///
    /// # Errors
    /// [`StartError`]: NATS may come and go, but where it answers now, it must serve.
    pub async fn start(
        self,
        around: &Surroundings,
        stop: &CancellationToken,
        tasks: &mut JoinSet<()>,
    ) -> Result<(), StartError> {
        let events = Wake::listen(around.projector.clone(), stop.clone());
        let wake = Wake::listen_to("bugsage_jobs", around.projector.clone(), stop.clone());
        let queue = Queue::new(around.app.clone(), around.node.clone(), around.pace.lease);
        if let Some(client) = &around.nats {
            if client.connection_state() == State::Connected {
                jetstream::jobs(client).await?;
                jetstream::events(client).await?;
            }
            let (projector, client) = (around.projector.clone(), client.clone());
            let relayed = relay::run(projector, client.clone(), events.clone(), stop.clone());
            tasks.spawn(relayed);
            tasks.spawn(announcer::run(
                queue.clone(),
                client,
                wake.clone(),
                stop.clone(),
            ));
        }
        for saga in self.sagas {
            let (projector, events, stop) =
                (around.projector.clone(), events.clone(), stop.clone());
            tasks.spawn(async move {
                subscription::run(projector, saga.as_ref(), events, stop).await;
            });
        }
        for work in self.works {
            let offers = Offers::new(
                work.kind(),
                around.nats.clone(),
                (around.pace.lease, around.pace.poll),
                wake.clone(),
            );
            let worker = Worker {
                work,
                context: Context {
                    database: around.app.clone(),
                    executor: around.executor.clone(),
                },
                queue: queue.clone(),
                pace: around.pace,
                pressure: around.pressure.clone(),
            };
            tasks.spawn(worker.run(offers, stop.clone()));
        }
        Ok(())
    }
}
