//! Group commit: whatever is waiting when the last commit returns goes into the next one.

use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::append::{Append, Verdict, append};

/// Commands that may wait for the next commit; more wait for room.
const QUEUE: usize = 1024;
/// Commands in one commit.
const BATCH: usize = 256;

type Answer = oneshot::Sender<Result<Verdict, sqlx::Error>>;

/// Hands commands to the one task that writes them. Cheap to clone.
///
/// A caller who goes away after handing over changes nothing: the task writes on.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<(Append, Answer)>,
}

impl Writer {
    /// Starts the task. It ends, with everything handed over written, when the last clone is dropped.
    #[must_use]
    pub fn start(app: PgPool) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(app, waiting));
        (Self { queue }, task)
    }

    /// Writes one command and answers after its commit.
    ///
    /// # Errors
    /// The database's error, or `PoolClosed` when the task has ended.
    pub async fn write(&self, command: Append) -> Result<Verdict, sqlx::Error> {
        let (answer, verdict) = oneshot::channel();
        self.queue
            .send((command, answer))
            .await
            .map_err(|_| sqlx::Error::PoolClosed)?;
        verdict.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}

async fn run(app: PgPool, mut waiting: mpsc::Receiver<(Append, Answer)>) {
    let mut taken = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut taken, BATCH).await > 0 {
        let (commands, answers): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        match commit(&app, &commands).await {
            Ok(verdicts) => {
                for (answer, verdict) in answers.into_iter().zip(verdicts) {
                    answer.send(Ok(verdict)).ok(); // the caller may have gone
                }
            }
            // One command that the database refuses must not fail its neighbours.
            Err(_) => {
                for (command, answer) in commands.into_iter().zip(answers) {
                    let verdict = commit(&app, &[command]).await.map(|mut v| v.remove(0));
                    answer.send(verdict).ok();
                }
            }
        }
    }
}

async fn commit(app: &PgPool, commands: &[Append]) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut transaction = app.begin().await?;
    let verdicts = append(&mut transaction, commands).await?;
    transaction.commit().await?;
    Ok(verdicts)
}
