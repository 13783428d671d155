//! What each error adds to the roll-ups of `migrations/0005_statistics.sql`, now and as folded.
//!
//! The fold and the questions use the same text: a question adds what a fold at that moment
//! would have changed, so it does not matter when the last one was.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use crate::Scope;
use crate::errors::push_status;

/// How far it is folded.
#[derive(Debug, Clone, Copy, FromRow)]
pub(super) struct Folded {
    seen: DateTime<Utc>,
    position: i64,
}

impl Folded {
    /// Asked ahead, because the planner takes what it does not know for a third of all errors. A
    /// fold that comes between does no harm: a few errors more are looked at.
    pub(super) async fn find(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        sqlx::query_as("select seen, position from statistics_fold")
            .fetch_one(connection)
            .await
    }
}

/// Pushes the common table `stale`: the errors whose shares may have changed since the fold, with
/// their state, and `since`, the first day that may have. Everywhere, or in a scope.
///
/// An error that occurred is found by when it was last seen, and passed over if its count is
/// that of the fold. From the day before the last one folded: clocks of nodes disagree.
pub(super) fn push_stale(
    sql: &mut QueryBuilder<'_, Postgres>,
    folded: Folded,
    scope: Option<&Scope>,
    now: DateTime<Utc>,
) {
    sql.push(
        "stale as materialized (
             select s.*, t.since from (select error_id, min(since) as since from (
                 select r.error_id, coalesce(f.last_day - 1, date '-infinity') as since
                   from projects p cross join lateral (
                       select distinct s.root_id from error_state s
                        where s.organization_id = p.organization_id and s.project_id = p.project_id
                          and s.last_seen >= ",
    )
    .push_bind(folded.seen)
    .push(
        " offset 0) s
                   cross join lateral (
                       select * from error_state r where r.error_id = s.root_id offset 0) r
                   left join lateral (
                       select * from error_standings f where f.error_id = s.root_id offset 0) f on true
                  where f.count is distinct from r.count",
    );
    push_scope(sql, "p", scope);
    sql.push(" union all select m.error_id, date '-infinity' from moved_errors m where true");
    push_organization(sql, "m", scope);
    sql.push(
        " union all
          select e.aggregate_id::uuid, date 'infinity' from (
              select e.aggregate_id from events e where e.aggregate_type = 'error' and e.position > ",
    )
    .push_bind(folded.position);
    push_organization(sql, "e", scope);
    sql.push(
        " offset 0) e
          union all
          select f.error_id, date 'infinity' from error_standings f
           where f.status = 'ignored' and f.ignored_until <= ",
    )
    .push_bind(now);
    push_organization(sql, "f", scope);
    sql.push(
        ") c group by error_id) t
         cross join lateral (
             select * from error_state s where s.error_id = t.error_id offset 0) s
         where true",
    );
    push_scope(sql, "s", scope);
    sql.push(")");
}

fn push_organization(sql: &mut QueryBuilder<'_, Postgres>, table: &str, scope: Option<&Scope>) {
    if let Some(scope) = scope {
        sql.push(format_args!(" and {table}.organization_id = "))
            .push_bind(scope.organization.0);
    }
}

pub(super) fn push_scope(sql: &mut QueryBuilder<'_, Postgres>, table: &str, scope: Option<&Scope>) {
    push_organization(sql, table, scope);
    if let Some(project) = scope.and_then(Scope::project_number) {
        sql.push(format_args!(" and {table}.project_id = "))
            .push_bind(project);
    }
}

/// `day_changes`: the days of stale errors that differ from the fold. `new` or `old` is null where
/// there is no such share.
pub(super) const DAY_CHANGES: &str = "
day_changes as materialized (
    select t.organization_id, t.project_id, t.error_id, c.day, c.new, c.old
      from stale t cross join lateral (
          select day, n.count as new, o.count as old
            from (select (c.hour at time zone 'UTC')::date as day, sum(c.count)::bigint as count
                    from error_members(t.error_id) m(id) cross join lateral (
                        select c.hour, c.count from error_counters c
                         where c.organization_id = t.organization_id and c.error_id = m.id
                           and c.hour >= t.since::timestamp at time zone 'UTC' offset 0) c
                   where t.root_id = t.error_id and t.status <> 'deleted'
                   group by 1) n
            full join (select o.day, o.count from error_days o
                        where o.error_id = t.error_id and o.day >= t.since) o using (day)
           where n.count is distinct from o.count) c)";

/// Pushes the common tables `standing`, where each stale error stands now if it is shown, and
/// `standing_changes`, what that changes since the fold.
pub(super) fn push_standings(sql: &mut QueryBuilder<'_, Postgres>, now: DateTime<Utc>) {
    sql.push(
        "standing as materialized (
             select s.organization_id, s.project_id, s.error_id, s.count,
                    (greatest(s.last_seen, s.own_last_seen) at time zone 'UTC')::date as last_day,
                    e.severity, e.status, e.ignored_until
               from stale s left join lateral (
                   select e.severity, e.ignored_until, ",
    );
    push_status(sql, now);
    sql.push(
        " as status
                     from projection_errors.errors e
                    where e.error_id = s.error_id and s.root_id = s.error_id and s.status <> 'deleted'
                      and not e.deleted and e.merged_into is null offset 0) e on true),
         standing_changes as materialized (
             select organization_id, project_id, last_day, severity, status, sum(n)::bigint as errors
               from (select organization_id, project_id, last_day, severity, status, 1 as n from standing
                     union all
                     select s.organization_id, s.project_id, f.last_day, f.severity, f.status, -1
                       from standing s cross join lateral (
                           select * from error_standings f where f.error_id = s.error_id offset 0) f) c
              where severity is not null
              group by 1, 2, 3, 4, 5 having sum(n) <> 0)",
    );
}
