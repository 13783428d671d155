//! Filters that other indexes answer: a search, and what errors were seen with.
//!
//! Each is asked first by itself. If it leaves few errors, the list is made of those; if some,
//! they are a sieve for the index of the sort; if many, it is put to each row that the rest of the
//! question finds.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::filter::{ListQuery, containing, push_rows, stored};
use super::list::{COUNTED_SLOWLY, PICKED};
use super::newest::{Look, look};
use crate::{QueryError, Scope};

/// What the filters of other indexes leave.
#[derive(Debug, Default)]
pub(super) struct Narrowed {
    /// Each filter that few errors meet, with those.
    few: Vec<Vec<Uuid>>,
    /// Each filter that some meet.
    some: Vec<Filter>,
    /// Each filter that many meet.
    many: Vec<Filter>,
}

/// The errors that meet a filter.
enum Met {
    Few(Vec<Uuid>),
    Some,
    Many,
}

#[derive(Debug)]
enum Filter {
    /// Title and culprit match the pattern.
    Search(String),
    /// Seen so itself, or in an error merged into it.
    Seen { kind: &'static str, value: String },
}

impl Narrowed {
    pub(super) async fn find(
        connection: &mut PgConnection,
        scope: &Scope,
        query: &ListQuery,
        now: DateTime<Utc>,
    ) -> Result<Self, QueryError> {
        let mut filters = Vec::new();
        filters.extend(
            query
                .search
                .as_deref()
                .map(|text| Filter::Search(containing(text))),
        );
        for (kind, value) in [
            ("tag", &query.tag),
            ("environment", &query.environment),
            ("release", &query.release),
        ] {
            let value = value.as_deref().map(stored);
            filters.extend(value.map(|value| Filter::Seen { kind, value }));
        }
        let mut narrowed = Self::default();
        for filter in filters {
            match filter.find(connection, scope).await? {
                Met::Few(found) => narrowed.few.push(found),
                Met::Some => narrowed.some.push(filter),
                Met::Many => narrowed.many.push(filter),
            }
        }
        if narrowed.sifts() && (query.asks_rows() || !narrowed.few.is_empty()) {
            narrowed.settle(connection, scope, query, now).await?;
        }
        Ok(narrowed)
    }

    /// If everything together leaves few, those.
    async fn settle(
        &mut self,
        connection: &mut PgConnection,
        scope: &Scope,
        query: &ListQuery,
        now: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        let mut sql = QueryBuilder::new("select e.error_id");
        push_rows(&mut sql, (scope, query, self), now);
        sql.push(" limit ").push_bind(COUNTED_SLOWLY + 1);
        let found: Vec<Uuid> = sql.build_query_scalar().fetch_all(connection).await?;
        if i64::try_from(found.len()).is_ok_and(|found| found <= COUNTED_SLOWLY) {
            *self = Self {
                few: vec![found],
                ..Self::default()
            };
        }
        Ok(())
    }

    /// Whether nothing is filtered so.
    pub(super) const fn is_empty(&self) -> bool {
        self.few.is_empty() && self.some.is_empty() && self.many.is_empty()
    }

    /// Whether a filter is left that some errors meet.
    pub(super) const fn sifts(&self) -> bool {
        !self.some.is_empty()
    }

    /// Conditions on an id.
    pub(super) fn push_sieves(
        &self,
        sql: &mut QueryBuilder<'_, Postgres>,
        scope: &Scope,
        id: &str,
    ) {
        for filter in &self.some {
            filter.push_sieve(sql, scope, id);
        }
    }

    /// Whether a filter is left that many errors meet.
    pub(super) const fn leaves_many(&self) -> bool {
        !self.many.is_empty()
    }

    /// Conditions on the row `e`, but for the sieves.
    pub(super) fn push(&self, sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope) {
        for ids in &self.few {
            sql.push(" and e.error_id = any (")
                .push_bind(ids.clone())
                .push(")");
        }
        for filter in &self.many {
            filter.push(sql, scope);
        }
    }
}

impl Filter {
    /// The errors that meet it, in the scope at least.
    async fn find(&self, connection: &mut PgConnection, scope: &Scope) -> Result<Met, sqlx::Error> {
        match self {
            Self::Search(pattern) => {
                // The index lists all that match before it gives the first.
                match look(connection, scope, |sql| self.push(sql, scope)).await? {
                    Look::All(found) => return Ok(Met::Few(found)),
                    Look::Many(_) => return Ok(Met::Many),
                    Look::Unclear => {}
                }
                let found: Vec<Uuid> =
                    sqlx::query_scalar("select projection_errors.find_errors($1, $2)")
                        .bind(pattern)
                        .bind(COUNTED_SLOWLY + 1) // it reads a row for each
                        .fetch_all(connection)
                        .await?;
                let few = i64::try_from(found.len()).is_ok_and(|found| found <= COUNTED_SLOWLY);
                Ok(if few { Met::Few(found) } else { Met::Many })
            }
            Self::Seen { kind, value } => {
                let seen_so = (*kind, value.as_str());
                let count = count_seen(connection, scope, seen_so).await?;
                Ok(if count <= COUNTED_SLOWLY {
                    Met::Few(seen(connection, scope, seen_so).await?)
                } else if count <= PICKED {
                    Met::Some
                } else {
                    Met::Many
                })
            }
        }
    }

    fn push(&self, sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope) {
        let (kind, value) = match self {
            Self::Search(pattern) => {
                sql.push(" and (e.title || ' ' || coalesce(e.culprit, '')) ilike ")
                    .push_bind(pattern.clone());
                return;
            }
            Self::Seen { kind, value } => (*kind, value),
        };
        sql.push(" and (exists (select 1");
        push_facets(sql, scope, (kind, value));
        sql.push(
            " and f.error_id = e.error_id)
             or exists (select 1 from error_state m cross join lateral (select 1",
        );
        push_facets(sql, scope, (kind, value));
        sql.push(
            " and f.error_id = m.error_id) f
              where m.root_id = e.error_id and m.root_id <> m.error_id)",
        );
        if kind == "tag" {
            sql.push(" or e.tags @> array[")
                .push_bind(value.clone())
                .push("]");
        }
        sql.push(")");
    }

    /// Pushes the condition that an id is one of those seen so, with the errors they are merged
    /// into. As `is true` it is no join, but a table in memory that each id is looked up in.
    fn push_sieve(&self, sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope, id: &str) {
        let Self::Seen { kind, value } = self else {
            return;
        };
        sql.push(format_args!(" and ({id} in (select f.error_id"));
        push_facets(sql, scope, (kind, value));
        sql.push(" union all select m.root_id from error_state m where m.organization_id = ")
            .push_bind(scope.organization.0)
            .push(" and m.root_id <> m.error_id and (m.error_id in (select f.error_id");
        push_facets(sql, scope, (kind, value));
        sql.push(")) is true");
        push_tagged(sql, scope, (kind, value));
        // More there cannot be; the planner takes every error for a merged one, and no table of
        // so many would fit into memory.
        sql.push(" limit ").push_bind(2 * PICKED).push(")) is true");
    }
}

/// The facets that say an error was seen so.
fn push_facets(
    sql: &mut QueryBuilder<'_, Postgres>,
    scope: &Scope,
    (kind, value): (&'static str, &str),
) {
    sql.push(" from error_facets f where f.organization_id = ")
        .push_bind(scope.organization.0)
        .push(" and f.kind = ")
        .push_bind(kind)
        .push(" and f.value = ")
        .push_bind(value.to_owned());
}

/// How many errors were seen so themselves, or are tagged so; counted to one more than `PICKED`.
async fn count_seen(
    connection: &mut PgConnection,
    scope: &Scope,
    (kind, value): (&'static str, &str),
) -> Result<i64, sqlx::Error> {
    let mut sql = QueryBuilder::new("select count(*) from (select f.error_id");
    push_facets(&mut sql, scope, (kind, value));
    push_tagged(&mut sql, scope, (kind, value));
    sql.push(" limit ").push_bind(PICKED + 1).push(") f");
    sql.build_query_scalar().fetch_one(connection).await
}

/// The errors seen so, with the errors they are merged into.
async fn seen(
    connection: &mut PgConnection,
    scope: &Scope,
    (kind, value): (&'static str, &str),
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "with seen as materialized (
             select f.error_id from error_facets f
              where f.organization_id = $1 and f.kind = $2 and f.value = $3)
         select error_id from seen
         union
         select m.root_id from error_state m
          where m.organization_id = $1 and m.root_id <> m.error_id
            and (m.error_id in (select error_id from seen)) is true
         union
         select t.error_id from projection_errors.tags t
          where $2 = 'tag' and t.organization_id = $1 and t.tag = $3",
    )
    .bind(scope.organization.0)
    .bind(kind)
    .bind(value)
    .fetch_all(connection)
    .await
}

/// Adds those that somebody tagged so.
fn push_tagged(
    sql: &mut QueryBuilder<'_, Postgres>,
    scope: &Scope,
    (kind, value): (&'static str, &str),
) {
    if kind == "tag" {
        sql.push(
            " union all select t.error_id from projection_errors.tags t where t.organization_id = ",
        )
        .push_bind(scope.organization.0)
        .push(" and t.tag = ")
        .push_bind(value.to_owned());
    }
}
