//! What doing a kind of job means.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bugsage_event_store::Executor;
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use crate::job::Job;

/// A kind of job.
///
/// It is begun again when a worker dies in the middle, so what it does outside may happen twice; what it
/// says in its [`Outcome`] and by [`Job::context`] happens once.
#[async_trait]
pub trait Work: Send + Sync + 'static {
    /// Its name: lower-case letters and `_`.
    const KIND: &'static str;
    /// How many one node does at once.
    const AT_ONCE: usize = 4;
    /// How often one is tried before it is a dead letter.
    const TRIES: u32 = 8;

    /// The same, where it depends on what this node has.
    fn at_once(&self) -> usize {
        Self::AT_ONCE
    }

    /// Does it. Dropped in the middle when the service stops or the lease is lost.
    ///
    /// # Errors
    /// [`Failure`], which says whether trying again can help.
    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure>;
}

/// What any work may use.
#[derive(Debug, Clone)]
pub struct Context {
    /// The pool of the app role: begin with `tenant(…, job.organization)`.
    pub database: PgPool,
    /// For commands, with [`Job::context`].
    pub executor: Executor,
}

type Written<'c> = BoxFuture<'c, Result<(), sqlx::Error>>;
type Write = Arc<dyn for<'c> Fn(&'c mut PgConnection) -> Written<'c> + Send + Sync>;

/// What came of a job.
#[derive(Clone)]
pub struct Outcome {
    pub(crate) result: Value,
    pub(crate) write: Option<Write>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let writes = self.write.is_some();
        write!(f, "Outcome({}, writes: {writes})", self.result)
    }
}

impl Outcome {
    /// Done; `result` is for operators to see: small, and nothing secret.
    #[must_use]
    pub const fn done(result: Value) -> Self {
        Self {
            result,
            write: None,
        }
    }

    /// Writes this in the transaction that ends the job, as the app role for its organization: together
    /// they happen, and once, or not at all. Called again where the transaction failed in passing.
    #[must_use]
    pub fn and_write(
        mut self,
        write: impl for<'c> Fn(&'c mut PgConnection) -> Written<'c> + Send + Sync + 'static,
    ) -> Self {
        self.write = Some(Arc::new(write));
        self
    }
}

/// Whether a job that failed is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It cannot succeed: a dead letter at once.
    Never,
    /// With growing pauses, while there are tries left.
    BackOff,
    /// Not before so long, as somebody outside asked.
    After(Duration),
}

/// Why a job was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// A sentence for operators, without secrets; 2,000 characters of it are kept.
    pub reason: String,
    /// What follows.
    pub retry: Retry,
}

impl Failure {
    /// It may succeed later.
    pub fn passing(reason: impl fmt::Display) -> Self {
        Self::new(reason, Retry::BackOff)
    }

    /// It never will.
    pub fn lasting(reason: impl fmt::Display) -> Self {
        Self::new(reason, Retry::Never)
    }

    /// As said.
    pub fn new(reason: impl fmt::Display, retry: Retry) -> Self {
        let reason = reason.to_string();
        Self { reason, retry }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::passing(error)
    }
}

/// Any work, for those who need not know which.
#[async_trait]
pub(crate) trait AnyWork: Send + Sync {
    fn kind(&self) -> &'static str;
    fn at_once(&self) -> usize;
    fn tries(&self) -> u32;
    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure>;
}

#[async_trait]
impl<W: Work> AnyWork for W {
    fn kind(&self) -> &'static str {
        W::KIND
    }

    fn at_once(&self) -> usize {
        Work::at_once(self)
    }

    fn tries(&self) -> u32 {
        W::TRIES
    }

    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure> {
        Work::run(self, job, context).await
    }
}
