//! What plans read, as PostgreSQL counts it.

use std::collections::BTreeMap;

use sqlx::{Executor, PgPool};

/// Counted since the database was made.
pub(crate) struct Scans {
    /// How often tables of more than 1,000 rows were read from end to end.
    pub(crate) whole: i64,
    indexes: BTreeMap<String, i64>,
}

impl Scans {
    /// A connection reports what it read at the latest when it ends, so those of the service are
    /// ended; it opens new ones.
    pub(crate) async fn so_far(owner: &PgPool) -> sqlx::Result<Self> {
        owner
            .execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity
                  where datname = current_database() and application_name = 'bugsage'",
            )
            .await?;
        let whole = sqlx::query_scalar(
            "select sum(s.seq_scan)::bigint from pg_stat_user_tables s
               join pg_class c on c.oid = s.relid where c.reltuples > 1000",
        );
        let indexes = sqlx::query_as("select indexrelname, idx_scan from pg_stat_user_indexes");
        Ok(Self {
            whole: whole.fetch_one(owner).await?,
            indexes: indexes.fetch_all(owner).await?.into_iter().collect(),
        })
    }

    /// The indexes that were read since.
    pub(crate) fn indexes_since(&self, before: &Self) -> Vec<&str> {
        let is_new = |name: &str, count| count > before.indexes.get(name).copied().unwrap_or(0);
        let all = self.indexes.iter();
        all.filter(|(name, count)| is_new(name, **count))
            .map(|(name, _)| &**name)
            .collect()
    }
}
