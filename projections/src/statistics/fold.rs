//! Brings the roll-ups of statistics up to date, from time to time. Killed half way, it did nothing.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgPool, QueryBuilder};

use super::shares::{DAY_CHANGES, Folded, push_stale, push_standings};

/// An occurrence may be stored so long after the moment it carries: clocks of nodes disagree,
/// and ingest gives up on a commit. One that is later still counts with the next of its error.
const LATE: TimeDelta = TimeDelta::minutes(3);

/// Folds what changed since the last time, in one transaction. Does nothing while another process does it.
///
/// # Errors
/// When the database fails.
pub async fn fold(projector: &PgPool, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut transaction = projector.begin().await?;
    // A statement of its own: the next one sees what the holder before committed.
    let mine: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock(7205)")
        .fetch_one(&mut *transaction)
        .await?;
    if !mine {
        return Ok(());
    }
    let folded = Folded::find(&mut transaction).await?;
    let mut sql = QueryBuilder::new("with ");
    push_stale(&mut sql, folded, None, now);
    sql.push(", ").push(DAY_CHANGES).push(", ");
    push_standings(&mut sql, now);
    sql.push(WRITES)
        .push_bind(now - LATE)
        // Severities are read from this projection, which may be behind.
        .push(
            ", position = coalesce((select position from subscriptions where name = 'errors'), 0)",
        );
    sql.build().execute(&mut *transaction).await?;
    transaction.commit().await
}

const WRITES: &str = ",
days_gone as (
    delete from error_days d using day_changes c
     where c.new is null and d.error_id = c.error_id and d.day = c.day),
days as (
    insert into error_days (organization_id, error_id, day, count)
        select organization_id, error_id, day, new from day_changes where new is not null
        on conflict (error_id, day) do update set count = excluded.count),
all_days as (
    insert into project_days as p (organization_id, project_id, day, occurrences, errors)
        select organization_id, project_id, day,
               sum(coalesce(new, 0) - coalesce(old, 0)), count(new) - count(old)
          from day_changes group by 1, 2, 3
        on conflict on constraint project_days_key do update
           set occurrences = p.occurrences + excluded.occurrences, errors = p.errors + excluded.errors),
standings as (
    insert into error_standings (organization_id, error_id, count, last_day, severity, status, ignored_until)
        select organization_id, error_id, count, last_day, severity, status, ignored_until from standing
        on conflict (error_id) do update
           set count = excluded.count, last_day = excluded.last_day, severity = excluded.severity,
               status = excluded.status, ignored_until = excluded.ignored_until),
all_standings as (
    insert into project_standings as p (organization_id, project_id, last_day, severity, status, errors)
        select organization_id, project_id, last_day, severity, status, errors from standing_changes
        on conflict on constraint project_standings_key do update set errors = p.errors + excluded.errors),
settled as (delete from moved_errors)
update statistics_fold set seen = ";
