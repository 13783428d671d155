//! Group commit: whatever is waiting when the last commit returns goes into the next one.

use std::time::Instant;

use sqlx::{Connection, PgPool};
use tokio::sync::{mpsc, oneshot};

use crate::append::{Append, Verdict, append};
use crate::connect::in_time;
use crate::line::Line;
use crate::plain::append_plain;

/// Commands that may wait for the next commit; more wait for room.
const QUEUE: usize = 1024;
/// Commands in one commit.
const BATCH: usize = 256;
/// How often a batch is tried while another transaction is in its way.
const TRIES: u32 = 20;

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
        let task = tokio::spawn(run(Line::new(app), waiting));
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

async fn run(mut line: Line, mut waiting: mpsc::Receiver<(Append, Answer)>) {
    let mut taken = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut taken, BATCH).await > 0 {
        // Whoever is ready to hand something over comes along: a batch costs much for itself.
        tokio::task::yield_now().await;
        while taken.len() < BATCH
            && let Ok(one) = waiting.try_recv()
        {
            taken.push(one);
        }
        let (commands, answers): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        let started = Instant::now();
        let verdicts = commit_or_each(&mut line, &commands).await;
        metrics::histogram!("bugsage_command_commit_seconds").record(started.elapsed());
        for (answer, verdict) in answers.into_iter().zip(verdicts) {
            answer.send(verdict).ok(); // the caller may have gone
        }
    }
}

/// One command that the database refuses must not fail its neighbours: then each goes alone.
async fn commit_or_each(line: &mut Line, commands: &[Append]) -> Vec<Result<Verdict, sqlx::Error>> {
    match in_time(commit_again(line, commands)).await {
        Ok(verdicts) => verdicts.into_iter().map(Ok).collect(),
        Err(error @ sqlx::Error::Database(_)) if commands.len() == 1 => vec![Err(error)],
        Err(sqlx::Error::Database(_)) => {
            let mut verdicts = Vec::with_capacity(commands.len());
            for command in commands {
                let verdict = in_time(commit_again(line, std::slice::from_ref(command))).await;
                verdicts.push(verdict.map(|mut verdicts| verdicts.remove(0)));
            }
            verdicts
        }
        // It is away: nobody is to wait for one try after the other.
        Err(error) => commands
            .iter()
            .map(|_| Err(std::io::Error::other(error.to_string()).into()))
            .collect(),
    }
}

/// Commits, and again where another transaction was in the way.
async fn commit_again(line: &mut Line, commands: &[Append]) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match commit(line, commands).await {
            Err(error) if tries < TRIES && is_passing(&error) => {}
            outcome => return outcome,
        }
    }
}

/// A deadlock or a serialization failure.
fn is_passing(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

async fn commit(line: &mut Line, commands: &[Append]) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut connection = line.take().await?;
    if let Some(verdicts) = append_plain(&mut connection, commands).await? {
        line.keep(connection);
        return Ok(verdicts);
    }
    let mut transaction = connection.begin().await?;
    let verdicts = append(&mut transaction, commands).await?;
    transaction.commit().await?;
    line.keep(connection);
    Ok(verdicts)
}
