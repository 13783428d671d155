//! Connections, each under the one role that may do what is to be done.

use std::str::FromStr;
use std::time::Duration;

use bugsage_domain::ids::{OrganizationId, UserId};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgPool, Postgres, Transaction};

/// The schema of the whole system, forward only.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseRole {
    /// Migrates and administers: owns the tables, sees every organization.
    Owner,
    /// Serves: reads under row-level security, writes through functions alone.
    App,
    /// Reads all domain events, owns the tables of the projections.
    Projector,
}

/// A connection that was in use so lately is not asked whether it still lives: that is a round trip.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// How long one write is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A service that the network swallowed in the middle of a transaction keeps its locks, and every
/// other node waits for them, until the server gives up on it. Compiled queries pay where one runs
/// for seconds; ours run for milliseconds, and compiling takes ten. What is asked for lies in memory
/// or on a disk without moving parts: an index is worth its jumps.
const SESSION: &str =
    "set idle_in_transaction_session_timeout = '10s'; set jit = off; set random_page_cost = 1.1";

impl DatabaseRole {
    const fn set_role(self) -> Option<&'static str> {
        match self {
            Self::Owner => None,
            Self::App => Some("set role bugsage_app"),
            Self::Projector => Some("set role bugsage_projector"),
        }
    }
}

/// Opens a pool of at most `size` connections that act as `role`, whoever logs in.
///
/// Nothing is connected until it is needed. A connection is waited for 5 seconds.
///
/// # Errors
/// When `url` is no PostgreSQL address.
pub fn connect(url: &str, role: DatabaseRole, size: u32) -> Result<PgPool, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.application_name("bugsage");
    Ok(PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for >= FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                match role.set_role() {
                    Some(role) => connection
                        .execute(format!("{role}; {SESSION}").as_str())
                        .await
                        .map(|_| ()),
                    None => Ok(()),
                }
            })
        })
        .connect_lazy_with(options))
}

/// Brings the schema up to date. Safe to repeat and to race: a lock lets one go first.
///
/// # Errors
/// When a migration fails; what it had done is rolled back, so that it can be tried again.
pub async fn migrate(owner: &PgPool) -> Result<(), MigrateError> {
    MIGRATOR.run(owner).await
}

/// Gives up on the database after 10 seconds, as if it were away: a network that swallows
/// everything never says so, and everybody would wait behind one write. What was asked may
/// still happen, as with every connection that breaks.
///
/// # Errors
/// Those of `asked`, and `PoolTimedOut`.
pub async fn in_time<T, E: From<sqlx::Error>>(
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}

/// Whether the database is away, and not the question at fault: the same may succeed later.
#[must_use]
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed => true,
        // A server that accepts a connection and ends before its first word: sqlx reads a zero.
        sqlx::Error::Protocol(what) => what.contains("SSLRequest: 0x00"),
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            // connection lost, login refused, no such database, out of connections or disk,
            // shutting down, given up on in a transaction; 55000 at connecting: the database takes
            // no connections
            ["08", "28", "3D", "53", "57P", "25P03"]
                .iter()
                .any(|class| code.starts_with(class))
                || code == "55000"
        }),
        _ => false,
    }
}

/// Begins a transaction that speaks for one organization: row-level security shows its rows alone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn tenant(
    pool: &PgPool,
    organization: OrganizationId,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    // One round trip; an id of ours cannot hold a quote.
    pool.begin_with(format!(
        "begin; select set_config('bugsage.organization', '{organization}', true)"
    ))
    .await
}

/// Begins a transaction that speaks for one person: row-level security shows what is theirs alone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn person(
    pool: &PgPool,
    user: UserId,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with(format!(
        "begin; select set_config('bugsage.user', '{user}', true)"
    ))
    .await
}
