//! One projection, kept up to date.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use opentelemetry::KeyValue;
use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::rebuild::{RebuildError, rebuild};
use super::{HandlerError, Projection, Wake, checkpoint, schema};
use crate::event::RecordedEvent;
use crate::spans::{self, InSpan};

/// Events applied in one transaction.
const BATCH: i64 = 500;
/// The least time from one batch to the next, unless it was full: a batch costs ten round trips however small
/// it is, so under load events gather. Whoever wakes to one event applies it at once.
const PACE: Duration = Duration::from_millis(25);
/// First pause after a failure; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause between tries of a failing event.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause between tries to reach the database: its return is to be noticed soon.
const AWAY_PAUSE: Duration = Duration::from_secs(1);

/// What one step did.
#[derive(Debug)]
pub enum Step {
    /// Applied so many events.
    Applied(usize),
    /// Nothing to do, or another process is doing it.
    Idle,
    /// The handler failed; status says so, everything before is applied.
    Stalled {
        /// The event it failed at.
        position: i64,
        /// Why.
        reason: HandlerError,
    },
}

/// A handler's failure and where it happened.
pub(super) struct Failed {
    pub(super) index: usize,
    pub(super) position: i64,
    pub(super) reason: HandlerError,
}

/// Makes the tables and the checkpoint of a projection that has none, and rebuilds one of another version.
///
/// # Errors
/// See [`RebuildError`].
pub async fn prepare(projector: &PgPool, projection: &dyn Projection) -> Result<(), RebuildError> {
    let built: Option<i32> =
        sqlx::query_scalar("select version from subscriptions where name = $1")
            .bind(projection.name())
            .fetch_optional(projector)
            .await?;
    if built == Some(projection.version()) {
        return Ok(());
    }
    tracing::info!(
        projection = projection.name(),
        version = projection.version(),
        ?built,
        "building"
    );
    rebuild(projector, projection).await.map(|_| ())
}

/// Applies one batch.
///
/// # Errors
/// When the database fails; a failing handler is a [`Step::Stalled`].
pub async fn step(projector: &PgPool, projection: &dyn Projection) -> Result<Step, sqlx::Error> {
    let mut limit = BATCH;
    loop {
        let mut transaction = projector.begin().await?;
        let Some(position) = checkpoint::take(&mut transaction, projection).await? else {
            return Ok(Step::Idle);
        };
        let events = checkpoint::after(&mut transaction, position, limit).await?;
        if events.is_empty() {
            return Ok(Step::Idle);
        }
        let span = spans::span("projection.batch", |span| {
            span.with_attributes([
                KeyValue::new("projection", projection.name()),
                KeyValue::new("events", events.len() as i64),
            ])
        });
        let applied = commit(transaction, projection, &events).in_span(span);
        match applied.await? {
            Ok(()) => return Ok(Step::Applied(events.len())),
            Err(failed) if failed.index == 0 => {
                record_stall(projector, projection, &failed).await?;
                return Ok(Step::Stalled {
                    position: failed.position,
                    reason: failed.reason,
                });
            }
            // Apply what stands before the failing event, so that it alone is stuck.
            Err(failed) => limit = i64::try_from(failed.index).unwrap_or(BATCH),
        }
    }
}

/// Applies all of them and moves the checkpoint, or neither.
async fn commit(
    mut transaction: Transaction<'_, Postgres>,
    projection: &dyn Projection,
    events: &[RecordedEvent],
) -> Result<Result<(), Failed>, sqlx::Error> {
    schema::open(&mut transaction, &schema::live(projection)).await?;
    let applied = apply_all(&mut transaction, projection, events).await;
    match (&applied, events.last()) {
        (Ok(()), Some(last)) => {
            checkpoint::advance(&mut transaction, projection, last.position).await?;
            transaction.commit().await?;
        }
        _ => transaction.rollback().await?,
    }
    Ok(applied)
}

pub(super) async fn apply_all(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    events: &[RecordedEvent],
) -> Result<(), Failed> {
    // After a failure each by itself, to know which one fails.
    if all_at_once(connection, projection, events).await.is_ok() {
        return Ok(());
    }
    for (index, event) in events.iter().enumerate() {
        guarded(projection.apply(connection, event))
            .await
            .map_err(|reason| Failed {
                index,
                position: event.position,
                reason,
            })?;
    }
    Ok(())
}

async fn all_at_once(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    events: &[RecordedEvent],
) -> Result<(), HandlerError> {
    let mut attempt = connection.begin().await?;
    guarded(projection.apply_many(&mut attempt, events)).await?;
    Ok(attempt.commit().await?)
}

/// A panic is a failure like any other: it must not end the runner unseen.
async fn guarded(
    applied: impl Future<Output = Result<(), HandlerError>>,
) -> Result<(), HandlerError> {
    AssertUnwindSafe(applied)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err("the handler panicked; the log says where".into()))
}

async fn record_stall(
    projector: &PgPool,
    projection: &dyn Projection,
    failed: &Failed,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update subscriptions
            set stalled_position = $2, stalled_reason = $3, stalled_since = coalesce(stalled_since, now())
          where name = $1",
    )
    .bind(projection.name())
    .bind(failed.position)
    .bind(failed.reason.to_string())
    .execute(projector)
    .await
    .map(|_| ())
}

/// Keeps one projection up to date until `stop`. Failures are logged, shown in the status and
/// the metric `bugsage_projection_stalled` (1 while a handler fails), and tried again with growing pauses.
pub async fn run(
    projector: PgPool,
    projection: &dyn Projection,
    mut wake: Wake,
    stop: CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    let name = projection.name();
    let stalled = metrics::gauge!("bugsage_projection_stalled", "projection" => name);
    while !stop.is_cancelled() {
        let begun = Instant::now();
        let outcome = step(&projector, projection).await;
        stalled.set(f64::from(u8::from(matches!(
            outcome,
            Ok(Step::Stalled { .. })
        ))));
        let failed = match outcome {
            Ok(Step::Applied(events)) => {
                if events < BATCH as usize {
                    stop.run_until_cancelled(sleep_until(begun + PACE)).await;
                }
                false
            }
            Ok(Step::Idle) => {
                pause = FIRST_PAUSE;
                stop.run_until_cancelled(wake.wait()).await;
                continue;
            }
            Ok(Step::Stalled { position, reason }) => {
                tracing::error!(projection = name, position, %reason, "projection stalled");
                true
            }
            Err(error) => {
                tracing::warn!(projection = name, %error, "projection cannot reach the database");
                pause = pause.min(AWAY_PAUSE);
                true
            }
        };
        if failed {
            stop.run_until_cancelled(sleep(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else {
            pause = FIRST_PAUSE;
        }
    }
}
