//! The list of errors.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::filter::{
    ListQuery, Order, Sort, Way, push_dates, push_filters, push_matching, push_rows, push_scope,
    push_status, push_visible,
};
use super::narrow::Narrowed;
use super::newest::{Look, look};
use crate::moment::comparable;
use crate::{QueryError, Scope, cursor};

/// As far as matches are counted; to count a million would take seconds.
pub(super) const COUNTED: i64 = 10_000;
/// As far where each match costs a look-up.
pub(super) const COUNTED_SLOWLY: i64 = 1_000;

/// So many are picked out of the index of a sort; if more match, its rows are asked one by one.
pub(super) const PICKED: i64 = 40_000;

/// An error, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct ErrorSummary {
    /// Its id.
    pub id: Uuid,
    /// Its project.
    pub project_id: i64,
    /// Its title.
    pub title: String,
    /// The function, module or transaction it happens in.
    pub culprit: Option<String>,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// `detected`, `analyzing`, `fixing`, `resolved` or `ignored`.
    pub status: String,
    /// It came back after it had been resolved, and nobody has settled it since.
    pub regressed: bool,
    /// Where it was reported.
    pub source: String,
    /// Its id there.
    pub source_id: Option<String>,
    /// What kind of error it is.
    pub category: Option<String>,
    /// Its own tags.
    pub tags: Vec<String>,
    /// `python`, `java`, …
    pub platform: Option<String>,
    /// Who looks after it: a member as `user:…`, else what was given.
    pub assigned_to: Option<String>,
    /// What that member is called; `erased user` once they are erased.
    pub assigned_to_name: Option<String>,
    /// Occurrences, those of errors merged into it included.
    pub count: i64,
    /// People affected.
    pub users_affected: i64,
    /// When it first occurred.
    pub first_seen: DateTime<Utc>,
    /// When it last occurred.
    pub last_seen: DateTime<Utc>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When something was last decided about it.
    pub updated_at: DateTime<Utc>,
    /// The sequence of its last domain event; what an ETag names.
    pub version: i64,
    /// When it was resolved, if it is.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who resolved it, as `kind:id`, if it is resolved.
    pub resolved_by: Option<String>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ErrorList {
    /// The errors, in the order asked for.
    pub errors: Vec<ErrorSummary>,
    /// How many match in all, as far as they were counted: up to 10,000, or only those met for
    /// this page where more than 1,000 errors meet a search, tag, environment or release.
    pub total: i64,
    /// False if there are more than were counted; `next_cursor` leads to them all.
    pub total_is_exact: bool,
    /// Which page this is, from 1.
    pub page: i64,
    /// Rows of a page.
    pub size: i64,
    /// Pages in all, of those counted.
    pub pages: i64,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// A place in the list: after the row with this value and id.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    sort: Sort,
    order: Order,
    value: Key,
    id: Uuid,
    page: i64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Time(DateTime<Utc>),
}

impl Key {
    const fn of(error: &ErrorSummary, sort: Sort) -> Self {
        match sort {
            Sort::LastSeen => Self::Time(error.last_seen),
            Sort::FirstSeen => Self::Time(error.first_seen),
            Sort::Count => Self::Number(error.count),
            Sort::UsersAffected => Self::Number(error.users_affected),
        }
    }

    const fn fits(self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            (Self::Time(_), Sort::LastSeen | Sort::FirstSeen)
                | (Self::Number(_), Sort::Count | Sort::UsersAffected)
        )
    }
}

/// Pushes the columns of [`ErrorSummary`].
///
/// The totals of a merged error stand still while its own ledger goes on, hence `greatest`.
pub(super) fn push_columns(sql: &mut QueryBuilder<'_, Postgres>, now: DateTime<Utc>) {
    sql.push(
        "select e.error_id as id, e.project_id, e.title, e.culprit, e.severity, e.source,
                e.source_id, e.category, e.tags, e.platform, e.assigned_to,
                person_name(e.assigned_to) as assigned_to_name,
                greatest(s.count, s.own_count) as count, s.users as users_affected, s.first_seen,
                greatest(s.last_seen, s.own_last_seen) as last_seen, e.created_at, e.updated_at,
                e.sequence as version, e.resolved_at, e.resolved_by, ",
    );
    push_status(sql, now);
    sql.push(" as status, e.regressions > 0 and ");
    push_status(sql, now);
    sql.push(" not in ('resolved', 'ignored') as regressed");
}

/// These errors, as a list shows them, in any order.
pub(crate) async fn summaries(
    connection: &mut PgConnection,
    scope: &Scope,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<ErrorSummary>, QueryError> {
    let mut sql = QueryBuilder::new("");
    push_columns(&mut sql, now);
    push_visible(&mut sql, scope);
    sql.push(" and s.error_id = any(").push_bind(ids).push(")");
    Ok(sql.build_query_as().fetch_all(connection).await?)
}

pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    query: &ListQuery,
    now: DateTime<Utc>,
) -> Result<ErrorList, QueryError> {
    let place = place(query)?;
    let narrowed = Narrowed::find(connection, scope, query, now).await?;
    let asked = (scope, query, &narrowed);
    let (way, total, total_is_exact) = count(connection, asked, now).await?;

    let is_first = place.is_none();
    let size = i64::from(query.limit);
    let mut errors = rows(connection, asked, way, place.as_ref(), now).await?;
    let before = place.map_or(i64::from(query.skip) / size, |place| place.page);
    let page = before.saturating_add(1); // a cursor can be made up
    let met = before
        .saturating_mul(size)
        .saturating_add(i64::try_from(errors.len()).unwrap_or(0));
    let total = if total_is_exact {
        total
    } else {
        total.max(met)
    };
    let more = errors.len() > query.limit as usize;
    let is_all = is_first && !more && (query.skip == 0 || !errors.is_empty());
    errors.truncate(query.limit as usize);
    let next = errors.last().filter(|_| more).map(|last| Place {
        sort: query.sort,
        order: query.order,
        value: Key::of(last, query.sort),
        id: last.id,
        page,
    });
    Ok(ErrorList {
        next_cursor: next.as_ref().map(cursor::encode).transpose()?,
        errors,
        total,
        total_is_exact: total_is_exact || is_all,
        page,
        size,
        pages: total.div_euclid(size) + i64::from(total % size > 0),
    })
}

/// How a page is best found, how many match as far as was counted, and whether those are all.
async fn count(
    connection: &mut PgConnection,
    asked: (&Scope, &ListQuery, &Narrowed),
    now: DateTime<Utc>,
) -> Result<(Way, i64, bool), QueryError> {
    let (scope, query, narrowed) = asked;
    if narrowed.sifts() {
        return Ok((Way::Sift, 0, false));
    }
    let unfiltered = is_unfiltered(query, narrowed);
    let mut most = COUNTED;
    if narrowed.leaves_many() {
        if let Look::Many(found) = look_for(connection, asked, now).await? {
            return Ok((Way::Walk, found, false));
        }
        most = COUNTED_SLOWLY;
    }
    let mut rows = count_rows(connection, asked, most, now).await?;
    // More than are told. Where they lie close, a page is soon met; else it may be worth to pick them.
    if rows > COUNTED && !unfiltered && !lie_close(connection, asked, now).await? {
        most = PICKED;
        rows = count_rows(connection, asked, most, now).await?;
    }
    let way = match rows {
        rows if rows > most => Way::Walk,
        rows if rows > COUNTED_SLOWLY => Way::Pick,
        _ => Way::Gather,
    };
    if query.date_from.is_none() && query.date_to.is_none() {
        return Ok((way, rows.min(COUNTED), rows <= most.min(COUNTED)));
    }
    let (total, most) = if unfiltered && way == Way::Walk {
        (count_dated(connection, scope, query).await?, COUNTED)
    } else {
        let most = if way == Way::Walk {
            COUNTED_SLOWLY
        } else {
            COUNTED
        };
        let mut sql = QueryBuilder::new("select count(*) from (select 1");
        push_matching(&mut sql, asked, way, now);
        (counted(connection, sql, most).await?, most)
    };
    Ok((way, total.min(most), total <= most))
}

/// Whether matches are known to lie close on the way to a page. A look is at the newest of all: of
/// another way it says nothing.
async fn lie_close(
    connection: &mut PgConnection,
    asked: (&Scope, &ListQuery, &Narrowed),
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let query = asked.1;
    let is_by_newest = query.sort == Sort::LastSeen && query.order == Order::Desc;
    if !is_by_newest || query.date_from.is_some() || query.date_to.is_some() {
        return Ok(false);
    }
    Ok(matches!(
        look_for(connection, asked, now).await?,
        Look::Many(_)
    ))
}

/// A look for all that is asked.
async fn look_for(
    connection: &mut PgConnection,
    (scope, query, narrowed): (&Scope, &ListQuery, &Narrowed),
    now: DateTime<Utc>,
) -> Result<Look, sqlx::Error> {
    look(connection, scope, |sql| {
        push_filters(sql, (query, narrowed), scope, now);
        push_dates(sql, query);
    })
    .await
}

/// Whether nothing but a time is asked.
fn is_unfiltered(query: &ListQuery, narrowed: &Narrowed) -> bool {
    narrowed.is_empty() && !query.asks_rows()
}

/// The rows that match, without their times.
async fn count_rows(
    connection: &mut PgConnection,
    asked: (&Scope, &ListQuery, &Narrowed),
    most: i64,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    let mut sql = QueryBuilder::new("select count(*) from (select 1");
    push_rows(&mut sql, asked, now);
    if is_unfiltered(asked.1, asked.2) {
        // Almost every row is one of them, so without an order the table would be read.
        sql.push(" order by e.organization_id, e.project_id, e.status");
    }
    counted(connection, sql, most).await
}

/// Of a time, without any row: all states in the order of an index, less those that are merged
/// or deleted, of which there is another.
async fn count_dated(
    connection: &mut PgConnection,
    scope: &Scope,
    query: &ListQuery,
) -> Result<i64, sqlx::Error> {
    let mut sql = QueryBuilder::new("select count(*) from error_state s where");
    push_scope(&mut sql, scope);
    sql.push(" and (s.root_id <> s.error_id or s.status = 'deleted')");
    push_dates(&mut sql, query);
    let hidden: i64 = sql.build_query_scalar().fetch_one(&mut *connection).await?;
    let mut sql = QueryBuilder::new("select count(*) from (select 1 from error_state s where");
    push_scope(&mut sql, scope);
    push_dates(&mut sql, query);
    Ok(counted(connection, sql, COUNTED + hidden).await? - hidden)
}

async fn counted(
    connection: &mut PgConnection,
    mut sql: QueryBuilder<'_, Postgres>,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sql.push(" limit ").push_bind(most + 1).push(") c");
    sql.build_query_scalar().fetch_one(connection).await
}

fn place(query: &ListQuery) -> Result<Option<Place>, QueryError> {
    let Some(text) = &query.cursor else {
        return Ok(None);
    };
    let place: Place = cursor::decode(text)?;
    if place.sort != query.sort || place.order != query.order || !place.value.fits(place.sort) {
        return Err(QueryError::Cursor);
    }
    Ok(Some(place))
}

async fn rows(
    connection: &mut PgConnection,
    asked: (&Scope, &ListQuery, &Narrowed),
    way: Way,
    place: Option<&Place>,
    now: DateTime<Utc>,
) -> Result<Vec<ErrorSummary>, QueryError> {
    let mut sql = QueryBuilder::new("");
    push_columns(&mut sql, now);
    sql.push(" from (");
    push_page(&mut sql, asked, way, place, now);
    sql.push(
        ") page
         cross join lateral (
             select * from error_state s where s.error_id = page.error_id offset 0) s
         cross join lateral (
             select * from projection_errors.errors e where e.error_id = page.error_id offset 0) e",
    );
    push_order(&mut sql, asked.1, "s", asked.1.sort.column());
    Ok(sql.build_query_as().fetch_all(connection).await?)
}

/// The errors of a page and one more: of each project so many, where it is of more than one.
fn push_page(
    sql: &mut QueryBuilder<'_, Postgres>,
    asked: (&Scope, &ListQuery, &Narrowed),
    way: Way,
    place: Option<&Place>,
    now: DateTime<Utc>,
) {
    let (scope, query, _) = asked;
    let limit = i64::from(query.limit) + 1;
    let skip = place.map_or(i64::from(query.skip), |_| 0);
    let by_project = scope.project_number().is_none() && way != Way::Gather;
    let column = query.sort.column();
    if by_project {
        push_each_project(sql, scope);
    }
    sql.push(format_args!("select s.error_id, s.{column} as key"));
    push_matching(sql, asked, way, now);
    if by_project {
        sql.push(" and s.project_id = p.project_id");
    }
    if let Some(place) = place {
        let beyond = match query.order {
            Order::Asc => ">",
            Order::Desc => "<",
        };
        sql.push(format_args!(" and (s.{column}, s.error_id) {beyond} ("));
        match place.value {
            Key::Number(number) => sql.push_bind(number),
            Key::Time(time) => sql.push_bind(comparable(time)),
        };
        sql.push(", ").push_bind(place.id).push(")");
    }
    push_order(sql, query, "s", column);
    if by_project {
        sql.push(" limit ").push_bind(limit + skip).push(") w");
        push_order(sql, query, "w", "key");
    }
    sql.push(" limit ").push_bind(limit);
    sql.push(" offset ").push_bind(skip);
}

fn push_order(sql: &mut QueryBuilder<'_, Postgres>, query: &ListQuery, of: &str, column: &str) {
    let direction = match query.order {
        Order::Asc => "asc",
        Order::Desc => "desc",
    };
    sql.push(format_args!(
        " order by {of}.{column} {direction}, {of}.error_id {direction}"
    ));
}

/// Begins a query that is put to each project of the organization, as `p`: the indexes of the sorts are by
/// project, and what is first among all is first in its own. Projects are found by steps in an index.
fn push_each_project(sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope) {
    let organization = scope.organization.0;
    sql.push(
        "with recursive each (project_id) as (
             select min(project_id) from error_state where organization_id = ",
    )
    .push_bind(organization)
    .push(
        " union all
             select (select min(project_id) from error_state where organization_id = ",
    )
    .push_bind(organization)
    .push(
        " and project_id > each.project_id) from each where each.project_id is not null)
         select w.error_id from (select project_id from each where project_id is not null) p
          cross join lateral (",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(sort: Sort, order: Order, cursor: String) -> ListQuery {
        ListQuery {
            sort,
            order,
            cursor: Some(cursor),
            ..ListQuery::default()
        }
    }

    fn sorts() -> impl Strategy<Value = Sort> {
        prop_oneof![
            Just(Sort::LastSeen),
            Just(Sort::FirstSeen),
            Just(Sort::Count),
            Just(Sort::UsersAffected),
        ]
    }

    fn keys() -> impl Strategy<Value = Key> {
        // As far as a stored moment can be, in its unit.
        let moments = (-62_135_596_800_000_000_i64..253_402_300_800_000_000)
            .prop_map(|micros| Key::Time(DateTime::from_timestamp_micros(micros).unwrap()));
        prop_oneof![any::<i64>().prop_map(Key::Number), moments]
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was_if_its_key_fits(
            sort in sorts(),
            value in keys(),
            id: u128,
            page: i64,
        ) {
            let given = Place { sort, order: Order::Asc, value, id: Uuid::from_u128(id), page };
            let text = cursor::encode(&given).unwrap();
            match place(&asked(sort, Order::Asc, text)) {
                Ok(found) => {
                    prop_assert!(value.fits(sort));
                    prop_assert_eq!(format!("{found:?}"), format!("{:?}", Some(given)));
                }
                Err(error) => {
                    prop_assert!(!value.fits(sort));
                    prop_assert!(matches!(error, QueryError::Cursor));
                }
            }
        }

        #[test]
        fn any_other_text_is_refused(sort in sorts(), text: String) {
            let found = place(&asked(sort, Order::Desc, text));
            prop_assert!(matches!(found, Err(QueryError::Cursor)));
        }
    }
}
