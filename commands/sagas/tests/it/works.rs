//! Kinds of work for tests; all of kind `test`.

use std::sync::Arc;

use async_trait::async_trait;
use bugsage_sagas::{Context, Failure, Job, Outcome, Register, Retry, Work};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// Passes the gate, then says in `effects` that it was there.
pub(crate) struct Note<const AT_ONCE: usize = 4> {
    pub(crate) node: &'static str,
    gate: Arc<Semaphore>,
}

impl<const AT_ONCE: usize> Note<AT_ONCE> {
    pub(crate) fn freely(node: &'static str) -> Self {
        Self::behind(node, &Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)))
    }

    pub(crate) fn behind(node: &'static str, gate: &Arc<Semaphore>) -> Self {
        let gate = Arc::clone(gate);
        Self { node, gate }
    }
}

#[async_trait]
impl<const MOST: usize> Work for Note<MOST> {
    const KIND: &'static str = "test";
    const AT_ONCE: usize = MOST;

    async fn run(&self, job: &Job, _: &Context) -> Result<Outcome, Failure> {
        self.gate.acquire().await.unwrap().forget();
        let (id, node) = (job.id, self.node);
        Ok(
            Outcome::done(json!({"by": node})).and_write(move |connection| {
                Box::pin(async move {
                    sqlx::query("insert into effects (job, node) values ($1, $2)")
                        .bind(id)
                        .bind(node)
                        .execute(connection)
                        .await
                        .map(|_| ())
                })
            }),
        )
    }
}

pub(crate) fn noting(node: &'static str) -> Register {
    Register::default().work(Note::<4>::freely(node))
}

pub(crate) fn noting_behind(node: &'static str, gate: &Arc<Semaphore>) -> Register {
    Register::default().work(Note::<4>::behind(node, gate))
}

/// Fails in some way, each time.
pub(crate) enum Failing {
    Passing,
    Lasting,
    After(std::time::Duration),
    Panicking,
    /// The work succeeds; what it writes is refused.
    Refused,
}

#[async_trait]
impl Work for Failing {
    const KIND: &'static str = "test";
    const TRIES: u32 = 3;

    async fn run(&self, _: &Job, _: &Context) -> Result<Outcome, Failure> {
        match self {
            Self::Passing => Err(Failure::passing("it is away")),
            Self::Lasting => Err(Failure::lasting("it is nonsense")),
            Self::After(pause) => Err(Failure::new("too many", Retry::After(*pause))),
            Self::Panicking => panic!("it panics"),
            Self::Refused => Ok(Outcome::done(Value::Null).and_write(|connection| {
                Box::pin(async move {
                    sqlx::query("insert into effects (job) values (gen_random_uuid())")
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("insert into events default values")
                        .execute(connection)
                        .await
                        .map(|_| ())
                })
            })),
        }
    }
}
