//! The schema that holds a projection's tables: made, opened, swapped.

use sqlx::{Executor, PgConnection, Row};

use super::Projection;

/// The schema readers read.
pub(super) fn live(projection: &dyn Projection) -> String {
    format!("projection_{}", projection.name())
}

/// The schema a rebuild fills.
pub(super) fn next(projection: &dyn Projection) -> String {
    format!("projection_{}_next", projection.name())
}

/// The schema a verification fills.
pub(super) fn fresh(projection: &dyn Projection) -> String {
    format!("projection_{}_fresh", projection.name())
}

/// Makes an empty set of tables, replacing what a killed rebuild may have left, readable by the app role.
pub(super) async fn create(
    connection: &mut PgConnection,
    schema: &str,
    projection: &dyn Projection,
) -> Result<(), sqlx::Error> {
    connection
        .execute(
            format!(
                "drop schema if exists {schema} cascade; create schema {schema};
                 grant usage on schema {schema} to bugsage_app"
            )
            .as_str(),
        )
        .await?;
    open(connection, schema).await?;
    connection.execute(projection.tables()).await?;
    for table in tables(connection, schema).await? {
        connection
            .execute(
                format!(
                    "alter table {table} enable row level security;
                     grant select on {table} to bugsage_app;
                     create policy tenant on {table} for select to bugsage_app
                         using (organization_id = public.current_organization())"
                )
                .as_str(),
            )
            .await?;
    }
    Ok(())
}

/// Puts the schema first on the search path of this transaction.
pub(super) async fn open(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    connection
        .execute(format!("set local search_path = {schema}, public").as_str())
        .await
        .map(|_| ())
}

/// The names of the tables of a schema.
pub(super) async fn tables(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query("select tablename::text from pg_tables where schemaname = $1 order by 1")
        .bind(schema)
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| row.try_get(0))
        .collect()
}

/// Puts `from` in the place of `live`. Readers see one or the other, never neither.
pub(super) async fn swap(
    connection: &mut PgConnection,
    from: &str,
    live: &str,
) -> Result<(), sqlx::Error> {
    connection
        .execute(
            format!("drop schema if exists {live} cascade; alter schema {from} rename to {live}")
                .as_str(),
        )
        .await
        .map(|_| ())
}
