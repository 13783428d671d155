//! Whether the database is one that BugSage can use.

use bugsage_event_store::MIGRATOR;
use sqlx::PgPool;
use sqlx::migrate::MigrateError;

/// The oldest PostgreSQL.
const POSTGRESQL: i32 = 15;
/// The oldest pgvector.
const PGVECTOR: (u32, u32) = (0, 8);

/// What is wrong with the database, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Unsuitable {
    /// It does not answer.
    #[error("PostgreSQL does not answer: {0}; check that it runs and that DATABASE_URL is right")]
    Away(#[from] sqlx::Error),
    /// Too old.
    #[error("PostgreSQL is version {0}: BugSage needs 15 or newer")]
    PostgreSql(i32),
    /// Too old or missing.
    #[error("pgvector is {0}: BugSage needs 0.8 or newer on the server")]
    PgVector(String),
    /// Not migrated, or by an older BugSage.
    #[error(
        "the schema is at version {found} and this BugSage needs {needed}: run `bugsage migrate`"
    )]
    Schema {
        /// What it is at.
        found: i64,
        /// What is needed.
        needed: i64,
    },
    /// Of another line of history.
    #[error(
        "the database was made by another BugSage: its migration {0} is not one known here; run \
         the BugSage that made it, or this one on an empty database (`make run` keeps \
         its own in the state folder that it names: move that away)"
    )]
    Foreign(i64),
}

/// What is to be done about a migration that failed, where that is not what it says itself.
#[must_use]
pub fn explained(error: MigrateError) -> Box<dyn std::error::Error> {
    match error {
        MigrateError::VersionMismatch(version) | MigrateError::VersionMissing(version) => {
            Unsuitable::Foreign(version).into()
        }
        other => other.into(),
    }
}

/// Checks the server before anything is written; run as any role.
///
/// # Errors
/// See [`Unsuitable`].
pub async fn check_server(pool: &PgPool) -> Result<(), Unsuitable> {
    let number: i32 =
        sqlx::query_scalar("select current_setting('server_version_num')::int / 10000")
            .fetch_one(pool)
            .await?;
    if number < POSTGRESQL {
        return Err(Unsuitable::PostgreSql(number));
    }
    let vector: Option<String> = sqlx::query_scalar(
        "select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector'",
    )
    .fetch_optional(pool)
    .await?;
    let mut numbers = vector
        .iter()
        .flat_map(|v| v.split('.'))
        .map_while(|n| n.parse().ok());
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < PGVECTOR {
        return Err(Unsuitable::PgVector(
            vector.unwrap_or_else(|| "missing".to_owned()),
        ));
    }
    Ok(())
}

/// Checks the server and that its schema is the one this program needs.
///
/// # Errors
/// See [`Unsuitable`].
pub async fn check(pool: &PgPool) -> Result<(), Unsuitable> {
    check_server(pool).await?;
    let needed = needed();
    let found = found(pool).await.unwrap_or(0);
    if found < needed {
        return Err(Unsuitable::Schema { found, needed });
    }
    Ok(())
}

/// Whether the schema is the one this program needs, or newer.
///
/// # Errors
/// When the database does not answer.
pub async fn is_current(pool: &PgPool) -> Result<bool, sqlx::Error> {
    Ok(found(pool).await? >= needed())
}

fn needed() -> i64 {
    let versions = MIGRATOR.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

async fn found(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select schema_version()")
        .fetch_one(pool)
        .await
}
