//! Errors by the million, written straight into the tables as ingest and projections would.

use std::time::Instant;

use sqlx::{Executor, PgPool};
use uuid::Uuid;

const SQL: &str = include_str!("generator.sql");
/// What every occurrence holds.
const EVENT: &str = include_str!("../data/python.json");

/// Whose errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tenant {
    pub(crate) organization: Uuid,
    pub(crate) project: i64,
}

impl Tenant {
    /// A project of an organization, which is made if there is none.
    pub(crate) async fn new(owner: &PgPool, organization: Uuid, name: &str) -> sqlx::Result<Self> {
        sqlx::query("insert into organizations values ($1, 'neighbour') on conflict do nothing")
            .bind(organization)
            .execute(owner)
            .await?;
        let project = sqlx::query_scalar(
            "insert into projects (organization_id, name) values ($1, $2) returning project_id",
        )
        .bind(organization)
        .bind(name)
        .fetch_one(owner)
        .await?;
        Ok(Self {
            organization,
            project,
        })
    }
}

/// Adds the errors numbered `first` to `last` of a project.
pub(crate) async fn fill(
    owner: &PgPool,
    tenant: Tenant,
    first: u64,
    last: u64,
) -> sqlx::Result<()> {
    let started = Instant::now();
    let payload = zstd::encode_all(EVENT.as_bytes(), 3).expect("memory");
    let payload: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = SQL
        .replace("FIRST", &first.to_string())
        .replace("LAST", &last.to_string())
        .replace("TENANT", &tenant.organization.to_string())
        .replace("PROJECT", &tenant.project.to_string())
        .replace("PAYLOAD", &payload);
    let mut connection = owner.acquire().await?;
    connection
        .execute("set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '256MB'")
        .await?;
    sqlx::raw_sql(&sql).execute(&mut *connection).await?;
    connection.execute("reset all").await?;
    eprintln!(
        "  errors {first} to {last} in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
