//! How far each projection is.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, PgExecutor};

use super::Projection;
use crate::event::RecordedEvent;

/// How far a projection is, and what stops it.
#[derive(Debug, Clone, FromRow, Serialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// The version its tables were built by.
    pub version: i32,
    /// The last position applied.
    pub position: i64,
    /// Domain events it has not applied yet.
    pub behind: i64,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// The event its handler fails at, if it does.
    pub stalled_position: Option<i64>,
    /// Why.
    pub stalled_reason: Option<String>,
    /// Since when.
    pub stalled_since: Option<DateTime<Utc>>,
}

/// The status of every projection. Run as the owner or the projector, who see all events.
///
/// # Errors
/// When the database fails.
pub async fn status(projector: impl PgExecutor<'_>) -> Result<Vec<Status>, sqlx::Error> {
    sqlx::query_as(
        "select s.*, (select count(*) from events e where e.position > s.position) as behind
           from subscriptions s order by s.name",
    )
    .fetch_all(projector)
    .await
}

/// How many positions each projection is behind the last domain event; cheaper than [`status`].
/// Run as the owner or the projector.
///
/// # Errors
/// When the database fails.
pub async fn lags(projector: impl PgExecutor<'_>) -> Result<Vec<(String, i64)>, sqlx::Error> {
    sqlx::query_as(
        "select s.name, greatest(0, (select coalesce(max(position), 0) from events) - s.position)
           from subscriptions s",
    )
    .fetch_all(projector)
    .await
}

/// The names of the projections that cannot go on.
///
/// # Errors
/// When the database fails.
pub async fn stalled(app: impl PgExecutor<'_>) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select name from subscriptions where stalled_since is not null order by name",
    )
    .fetch_all(app)
    .await
}

/// The position that all projections have reached; sagas are not waited for.
///
/// # Errors
/// When the database fails.
pub async fn reached(app: impl PgExecutor<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select coalesce(min(position), 0) from subscriptions where awaited")
        .fetch_one(app)
        .await
}

/// Locks the checkpoint for this transaction; `None` if another process works on it or it does not exist.
pub(super) async fn take(
    connection: &mut PgConnection,
    projection: &dyn Projection,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "select position from subscriptions where name = $1 and version = $2 for update skip locked",
    )
    .bind(projection.name())
    .bind(projection.version())
    .fetch_optional(connection)
    .await
}

/// Moves the checkpoint, and takes back a stall.
pub(super) async fn advance(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into subscriptions (name, version, position) values ($1, $2, $3)
         on conflict (name) do update set version = $2, position = $3, updated_at = now(),
             stalled_position = null, stalled_reason = null, stalled_since = null",
    )
    .bind(projection.name())
    .bind(projection.version())
    .bind(position)
    .execute(connection)
    .await
    .map(|_| ())
}

/// Makes the checkpoint of a follower whose effects are no tables that can be filled again, at the end of
/// the log: what happened before is not its concern. Leaves one that is there.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    projector: impl PgExecutor<'_>,
    follower: &dyn Projection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into subscriptions (name, version, position, awaited)
         select $1, $2, coalesce(max(position), 0), false from events
         on conflict (name) do nothing",
    )
    .bind(follower.name())
    .bind(follower.version())
    .execute(projector)
    .await
    .map(|_| ())
}

/// The next events after a position, in order. Run as the owner or the projector.
///
/// # Errors
/// When the database fails.
pub async fn after(
    connection: &mut PgConnection,
    position: i64,
    limit: i64,
) -> Result<Vec<RecordedEvent>, sqlx::Error> {
    sqlx::query_as(&format!(
        "select {} from public.events where position > $1 order by position limit $2",
        RecordedEvent::COLUMNS
    ))
    .bind(position)
    .bind(limit)
    .fetch_all(connection)
    .await
}
