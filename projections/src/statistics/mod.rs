//! How much happened, in all and per day. Days are those of UTC.

use std::collections::BTreeMap;

use bugsage_domain::error::ErrorStatus;
use bugsage_domain::severity::Severity;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use crate::errors::{push_status, push_visible};
use crate::{QueryError, Scope};

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

impl Period {
    fn start(self) -> DateTime<Utc> {
        self.first.and_time(NaiveTime::MIN).and_utc()
    }

    fn end(self) -> DateTime<Utc> {
        (self.last + Days::new(1))
            .and_time(NaiveTime::MIN)
            .and_utc()
    }
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
    let per_day = per_day(connection, scope, period).await?;
    let mut statistics = Statistics {
        total_errors: 0,
        total_occurrences: per_day.iter().map(|day| day.occurrences).sum(),
        severity_distribution: Severity::ALL.map(|s| (s.to_string(), 0)).into(),
        status_distribution: ErrorStatus::ALL.map(|s| (s.to_string(), 0)).into(),
        period_days: days,
        days: per_day,
    };
    for (severity, status, count) in distribution(connection, scope, period, now).await? {
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
    scope: &Scope,
    period: Period,
) -> Result<Vec<Day>, QueryError> {
    let mut sql = QueryBuilder::new(
        "with counted as (
             select (c.hour at time zone 'UTC')::date as date, sum(c.count)::bigint as occurrences,
                    count(distinct s.root_id) as errors",
    );
    push_counted(&mut sql, scope, period);
    sql.push(
        " and s.status <> 'deleted' group by 1)
         select d::date as date, coalesce(occurrences, 0) as occurrences, coalesce(errors, 0) as errors
           from generate_series(",
    )
    .push_bind(period.first)
    .push("::date::timestamp, ")
    .push_bind(period.last)
    .push(
        "::date::timestamp, '1 day') d
           left join counted on counted.date = d::date
          order by 1",
    );
    Ok(sql.build_query_as().fetch_all(connection).await?)
}

/// The counters of a period, `c`, each with the state of its error, `s`.
fn push_counted(sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope, period: Period) {
    sql.push(
        " from error_counters c join error_state s
            on s.organization_id = c.organization_id and s.error_id = c.error_id
         where c.organization_id = ",
    )
    .push_bind(scope.organization.0)
    .push(" and c.hour >= ")
    .push_bind(period.start())
    .push(" and c.hour < ")
    .push_bind(period.end());
    if let Some(project) = scope.project_number() {
        sql.push(" and s.project_id = ").push_bind(project);
    }
}

async fn distribution(
    connection: &mut PgConnection,
    scope: &Scope,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Vec<(String, String, i64)>, QueryError> {
    let mut sql = QueryBuilder::new("select e.severity, ");
    push_status(&mut sql, now);
    sql.push(", count(*)");
    push_visible(&mut sql, scope);
    sql.push(" and e.merged_into is null and s.error_id in (select s.root_id");
    push_counted(&mut sql, scope, period);
    sql.push(") group by 1, 2");
    Ok(sql.build_query_as().fetch_all(connection).await?)
}
