//! Filters that other indexes answer: a search, and what errors were seen with.
//!
//! Each is asked first by itself. If it leaves few errors, the list is made of those;
//! if many, it is put to each row that the rest of the question finds.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::filter::{ListQuery, containing, stored};
use super::list::{COUNTED, COUNTED_SLOWLY};
use super::newest::{Look, look};
use crate::{QueryError, Scope};

/// What the filters of other indexes leave.
#[derive(Debug, Default)]
pub(super) struct Narrowed {
    /// Each filter that few errors meet, with those.
    few: Vec<Vec<Uuid>>,
    /// Each filter that many meet.
    many: Vec<Filter>,
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
                Some(found) => narrowed.few.push(found),
                None => narrowed.many.push(filter),
            }
        }
        Ok(narrowed)
    }

    /// Whether a filter is left that many errors meet.
    pub(super) const fn leaves_many(&self) -> bool {
        !self.many.is_empty()
    }

    /// As far as what is left can be counted in good time.
    pub(super) fn counted(&self) -> i64 {
        if self.leaves_many() {
            COUNTED_SLOWLY
        } else {
            COUNTED
        }
    }

    /// Conditions on the row `e`.
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
    /// So many errors are few: a search reads a row for each, an index tells the others.
    const fn few(&self) -> i64 {
        match self {
            Self::Search(_) => COUNTED_SLOWLY,
            Self::Seen { .. } => COUNTED,
        }
    }

    /// The errors that meet it, in the scope at least; `None` if those are many.
    async fn find(
        &self,
        connection: &mut PgConnection,
        scope: &Scope,
    ) -> Result<Option<Vec<Uuid>>, sqlx::Error> {
        let most = self.few() + 1;
        let found: Vec<Uuid> = match self {
            Self::Search(pattern) => {
                // The index lists all that match before it gives the first.
                let look = look(connection, scope, |sql| self.push(sql, scope));
                match look.await? {
                    Look::All(found) => return Ok(Some(found)),
                    Look::Many(_) => return Ok(None),
                    Look::Unclear => {}
                }
                sqlx::query_scalar("select projection_errors.find_errors($1, $2)")
                    .bind(pattern)
                    .bind(most)
                    .fetch_all(connection)
                    .await?
            }
            Self::Seen { kind, value } => seen(connection, scope, (kind, value), most).await?,
        };
        let few = i64::try_from(found.len()).is_ok_and(|found| found < most);
        Ok(few.then_some(found))
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
        let seen = |sql: &mut QueryBuilder<'_, Postgres>| {
            sql.push(" f.organization_id = ")
                .push_bind(scope.organization.0)
                .push(" and f.kind = ")
                .push_bind(kind)
                .push(" and f.value = ")
                .push_bind(value.clone());
        };
        sql.push(" and (exists (select 1 from error_facets f where f.error_id = e.error_id and");
        seen(sql);
        sql.push(
            ") or exists (select 1 from error_state m join error_facets f on f.error_id = m.error_id
                           where m.root_id = e.error_id and m.root_id <> m.error_id and",
        );
        seen(sql);
        sql.push(")");
        if kind == "tag" {
            sql.push(" or e.tags @> array[")
                .push_bind(value.clone())
                .push("]");
        }
        sql.push(")");
    }
}

/// The errors seen so, with the errors they are merged into; no more than `most`.
async fn seen(
    connection: &mut PgConnection,
    scope: &Scope,
    (kind, value): (&str, &str),
    most: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "with seen as materialized (
             select f.error_id from error_facets f
              where f.organization_id = $1 and f.kind = $2 and f.value = $3 limit $4)
         select error_id from seen where (select count(*) from seen) = $4
         union
         select m.root_id from seen cross join lateral (
             select * from error_state m where m.error_id = seen.error_id offset 0) m
          where (select count(*) from seen) < $4
         union
         select projection_errors.find_tagged($3, $4) where $2 = 'tag'",
    )
    .bind(scope.organization.0)
    .bind(kind)
    .bind(value)
    .bind(most)
    .fetch_all(connection)
    .await
}
