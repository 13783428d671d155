//! What must happen by the clock: partitions ahead, retention, forgotten keys, sessions that are over.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::ingest;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(15 * 60);
/// Occurrences deleted in one transaction, so that ingest is never held up for long.
const PURGE_BATCH: i32 = 2_000;
/// How long a repeated command gets its first answer.
const IDEMPOTENCY_KEPT: TimeDelta = TimeDelta::hours(24);
/// How long a session that is over is kept, so that a stolen token is told from one that never was.
const SESSIONS_KEPT: TimeDelta = TimeDelta::hours(24);

/// How long a job that is done is remembered, and one that is dead.
const JOBS_KEPT: TimeDelta = TimeDelta::days(7);
const DEAD_JOBS_KEPT: TimeDelta = TimeDelta::days(90);

/// How long an invitation that nobody accepted is remembered after its end, with the address.
const INVITATIONS_KEPT: TimeDelta = TimeDelta::days(30);

/// One round. Safe to repeat and to run on several nodes.
///
/// # Errors
/// When the database fails; the next round goes on where this one ended.
pub async fn round(app: &PgPool, clock: &Clock) -> Result<(), sqlx::Error> {
    let now = clock.now();
    let today = now.date_naive();
    ingest::ensure_partitions(app, today).await?;
    loop {
        let gone: i32 = sqlx::query_scalar("select purge_occurrences($1, $2)")
            .bind(today)
            .bind(PURGE_BATCH)
            .fetch_one(app)
            .await?;
        if gone < PURGE_BATCH {
            break;
        }
    }
    loop {
        let gone: i32 = sqlx::query_scalar("select erase_old_texts($1)")
            .bind(today)
            .fetch_one(app)
            .await?;
        if gone == 0 {
            break;
        }
    }
    sqlx::query("select forget_invitations($1)")
        .bind(now - INVITATIONS_KEPT)
        .execute(app)
        .await?;
    sqlx::query("select purge_idempotency_keys($1)")
        .bind(now - IDEMPOTENCY_KEPT)
        .execute(app)
        .await?;
    sqlx::query("select purge_sessions($1)")
        .bind(now - SESSIONS_KEPT)
        .execute(app)
        .await?;
    sqlx::query("select purge_jobs($1, $2)")
        .bind(now - JOBS_KEPT)
        .bind(now - DEAD_JOBS_KEPT)
        .execute(app)
        .await?;
    Ok(())
}

/// Rounds until `stop`.
pub async fn run(app: PgPool, clock: Clock, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = round(&app, &clock).await {
            tracing::warn!(%error, "upkeep will be tried again");
        }
        stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
    }
}
