//! How much happened, in all and per day. Days are those of UTC.

mod fold;
mod shares;

use std::collections::BTreeMap;

use bugsage_domain::error::ErrorStatus;
use bugsage_domain::severity::Severity;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, QueryBuilder};

pub use fold::fold;

use crate::{QueryError, Scope};
use shares::{DAY_CHANGES, Folded, push_scope, push_stale, push_standings};

/// Most days that can be asked for.
pub const DAYS_MAX: u32 = 366;

/// What happened in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Statistics {
    /// Errors that occurred in the period; merged ones count as one.
    pub total_errors: i64,
    /// Occurrences in the period.
    pub total_occurrences: i64,
    /// Those errors by severity; every severity is there.
    pub severity_distribution: BTreeMap<String, i64>,
    /// Those errors by the status they have now; every status is there.
    pub status_distribution: BTreeMap<String, i64>,
    /// Days of the period, today included.
    pub period_days: u32,
    /// Each day of the period, oldest first, those without occurrences included.
    pub days: Vec<Day>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct Day {
    /// The day, in UTC.
    pub date: NaiveDate,
    /// Occurrences on it.
    pub occurrences: i64,
    /// Errors that occurred on it.
    pub errors: i64,
}

#[derive(Clone, Copy)]
struct Period {
    first: NaiveDate,
    last: NaiveDate,
}

pub(crate) async fn statistics(
    connection: &mut PgConnection,
    scope: &Scope,
    days: u32,
    now: DateTime<Utc>,
) -> Result<Statistics, QueryError> {
    if days == 0 || days > DAYS_MAX {
        return Err(QueryError::Days);
    }
    let last = now.date_naive();
    let period = Period {
        first: last - Days::new(u64::from(days) - 1),
        last,
    };
    let folded = Folded::find(connection).await?;
    let per_day = per_day(connection, (scope, folded), period, now).await?;
    let mut statistics = Statistics {
        total_errors: 0,
        total_occurrences: per_day.iter().map(|day| day.occurrences).sum(),
        severity_distribution: Severity::ALL.map(|s| (s.to_string(), 0)).into(),
        status_distribution: ErrorStatus::ALL.map(|s| (s.to_string(), 0)).into(),
        period_days: days,
        days: per_day,
    };
    for (severity, status, count) in distribution(connection, (scope, folded), period, now).await? {
        statistics.total_errors += count;
        *statistics
            .severity_distribution
            .entry(severity)
            .or_default() += count;
        *statistics.status_distribution.entry(status).or_default() += count;
    }
    Ok(statistics)
}

async fn per_day(
    connection: &mut PgConnection,
    (scope, folded): (&Scope, Folded),
    period: Period,
    now: DateTime<Utc>,
) -> Result<Vec<Day>, QueryError> {
    let mut sql = QueryBuilder::new("with ");
    push_stale(&mut sql, folded, Some(scope), now);
    sql.push(", ").push(DAY_CHANGES).push(
        ", counted as (
             select day, occurrences, errors from project_days p where true",
    );
    push_scope(&mut sql, "p", Some(scope));
    sql.push(" and p.day between ")
        .push_bind(period.first)
        .push(" and ")
        .push_bind(period.last)
        .push(
            " union all
             select day, coalesce(new, 0) - coalesce(old, 0),
                    (new is not null)::int - (old is not null)::int
               from day_changes)
         select d::date as date, coalesce(sum(occurrences), 0)::bigint as occurrences,
                coalesce(sum(errors), 0)::bigint as errors
           from generate_series(",
        )
        .push_bind(period.first)
        .push("::date::timestamp, ")
        .push_bind(period.last)
        .push(
            "::date::timestamp, '1 day') d
           left join counted on counted.day = d::date
          group by 1 order by 1",
        );
    Ok(sql.build_query_as().fetch_all(connection).await?)
}

/// An error that occurred in a period that ends today last occurred in it.
async fn distribution(
    connection: &mut PgConnection,
    (scope, folded): (&Scope, Folded),
    period: Period,
    now: DateTime<Utc>,
) -> Result<Vec<(String, String, i64)>, QueryError> {
    let mut sql = QueryBuilder::new("with ");
    push_stale(&mut sql, folded, Some(scope), now);
    sql.push(", ");
    push_standings(&mut sql, now);
    sql.push(
        " select severity, status, sum(errors)::bigint
            from (select last_day, severity, status, errors from project_standings p where true",
    );
    push_scope(&mut sql, "p", Some(scope));
    sql.push(
        " union all select last_day, severity, status, errors from standing_changes) c
           where last_day >= ",
    )
    .push_bind(period.first)
    .push(" group by 1, 2");
    Ok(sql.build_query_as().fetch_all(connection).await?)
}
