//! What a list of errors is asked for, and the conditions that makes.

use bugsage_domain::error::ErrorStatus;
use bugsage_domain::severity::Severity;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};

use crate::Scope;
use crate::moment::comparable;

use super::narrow::Narrowed;

/// By what a list is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// When it last occurred.
    #[default]
    LastSeen,
    /// When it first occurred.
    FirstSeen,
    /// How often it occurred.
    Count,
    /// How many people it affected.
    UsersAffected,
}

impl Sort {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::FirstSeen => "first_seen",
            Self::Count => "count",
            Self::UsersAffected => "users",
        }
    }
}

/// In which direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    #[default]
    Desc,
}

/// What is asked of the list; all filters must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Exactly this severity.
    pub severity: Option<Severity>,
    /// Exactly this status; an error whose ignore has run out counts as detected.
    pub status: Option<ErrorStatus>,
    /// Reported by this source.
    pub source: Option<String>,
    /// Looked after by this assignee.
    pub assignee: Option<String>,
    /// Or by this one: the same person, of whom events name one or the other.
    pub assignee_id: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Tagged so, or seen in an occurrence tagged so (`key:value`).
    pub tag: Option<String>,
    /// Seen in this environment.
    pub environment: Option<String>,
    /// Seen in this release.
    pub release: Option<String>,
    /// Last seen at this moment or later.
    pub date_from: Option<DateTime<Utc>>,
    /// Last seen at this moment or earlier.
    pub date_to: Option<DateTime<Utc>>,
    /// Text anywhere in title or culprit, in any case.
    pub search: Option<String>,
    /// By what to sort.
    pub sort: Sort,
    /// In which direction.
    pub order: Order,
    /// Rows to leave out; without effect beside a cursor.
    pub skip: u32,
    /// Rows of an answer, 1 to 1000.
    pub limit: u32,
    /// The `next_cursor` of the answer before.
    pub cursor: Option<String>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            severity: None,
            status: None,
            source: None,
            assignee: None,
            assignee_id: None,
            category: None,
            tag: None,
            environment: None,
            release: None,
            date_from: None,
            date_to: None,
            search: None,
            sort: Sort::default(),
            order: Order::default(),
            skip: 0,
            limit: 100,
            cursor: None,
        }
    }
}

impl ListQuery {
    /// Whether it filters by what the row of an error says.
    pub(super) const fn asks_rows(&self) -> bool {
        self.severity.is_some()
            || self.status.is_some()
            || self.source.is_some()
            || self.assignee.is_some()
            || self.category.is_some()
    }
}

/// Of the scope, the state `s`.
pub(super) fn push_scope(sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope) {
    sql.push(" s.organization_id = ")
        .push_bind(scope.organization.0);
    if let Some(project) = scope.project_number() {
        sql.push(" and s.project_id = ").push_bind(project);
    }
}

/// What can be read at all, in the order of an index of the state: `s` is the state at ingest,
/// `e` the row beside it.
///
/// `offset 0` keeps the join a look-up per state. As a plain join the planner multiplies the
/// odds of one organization on both sides, expects next to nothing, and sorts a whole
/// project for one page instead of reading it in order.
pub(super) fn push_visible(sql: &mut QueryBuilder<'_, Postgres>, scope: &Scope) {
    sql.push(
        " from error_state s cross join lateral (
             select * from projection_errors.errors e
              where e.error_id = s.error_id and e.organization_id = s.organization_id offset 0) e
         where s.status <> 'deleted' and not e.deleted and",
    );
    push_scope(sql, scope);
}

/// The status as it is shown: the ignore of an error may have run out since the last event.
pub(crate) fn push_status(sql: &mut QueryBuilder<'_, Postgres>, now: DateTime<Utc>) {
    push_status_at(sql, now, "s.count");
}

fn push_status_at(sql: &mut QueryBuilder<'_, Postgres>, now: DateTime<Utc>, count: &str) {
    sql.push("case when e.status = 'ignored' and (e.ignored_until <= ")
        .push_bind(now)
        .push(" or e.ignored_until_count is not null and ")
        .push(count)
        .push(" >= e.ignored_until_count) then 'detected' else e.status end");
}

/// How a page is found, by how many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Very few: those rows, then the state of each, sorted.
    Gather,
    /// Few: the index of the sort alone, where it names one of those rows.
    Pick,
    /// Some, as a sieve tells: the index of the sort, and the row of each that passes.
    Sift,
    /// Many: the index of the sort, and the row of each state.
    Walk,
}

/// The errors that match, by the way given: `s` is the state of each.
pub(super) fn push_matching(
    sql: &mut QueryBuilder<'_, Postgres>,
    asked: (&Scope, &ListQuery, &Narrowed),
    way: Way,
    now: DateTime<Utc>,
) {
    let (scope, query, narrowed) = asked;
    match way {
        Way::Gather => {
            sql.push(" from (select e.error_id");
            push_rows(sql, asked, now);
            sql.push(
                " offset 0) e cross join lateral (
                     select * from error_state s where s.error_id = e.error_id offset 0) s
                 where s.status <> 'deleted'",
            );
        }
        Way::Pick => {
            sql.push(" from error_state s where");
            push_scope(sql, scope);
            // As `is true` it is no join: asked of each entry of the index, without its row.
            sql.push(" and (s.error_id in (select e.error_id");
            push_rows(sql, asked, now);
            sql.push(")) is true");
        }
        Way::Sift => {
            sql.push(" from error_state s where");
            push_scope(sql, scope);
            narrowed.push_sieves(sql, scope, "s.error_id");
            // With `offset 0` it stays no join, and is asked after the sieve.
            sql.push(
                " and exists (select 1 from projection_errors.errors e
                   where e.error_id = s.error_id and not e.deleted and e.merged_into is null",
            );
            push_rest(sql, (query, narrowed), scope, now);
            sql.push(" offset 0)");
        }
        Way::Walk => {
            push_visible(sql, scope);
            sql.push(" and e.merged_into is null");
            push_filters(sql, (query, narrowed), scope, now);
        }
    }
    push_dates(sql, query);
}

/// On the state `s`.
pub(super) fn push_dates(sql: &mut QueryBuilder<'_, Postgres>, query: &ListQuery) {
    if let Some(from) = query.date_from {
        sql.push(" and s.last_seen >= ").push_bind(comparable(from));
    }
    if let Some(to) = query.date_to {
        sql.push(" and s.last_seen <= ").push_bind(comparable(to));
    }
}

/// The rows that match but for the time, without their states.
pub(super) fn push_rows(
    sql: &mut QueryBuilder<'_, Postgres>,
    (scope, query, narrowed): (&Scope, &ListQuery, &Narrowed),
    now: DateTime<Utc>,
) {
    sql.push(
        " from projection_errors.errors e
         where not e.deleted and e.merged_into is null and e.organization_id = ",
    )
    .push_bind(scope.organization.0);
    if let Some(project) = scope.project_number() {
        sql.push(" and e.project_id = ").push_bind(project);
    }
    push_filters(sql, (query, narrowed), scope, now);
}

pub(super) fn push_filters(
    sql: &mut QueryBuilder<'_, Postgres>,
    (query, narrowed): (&ListQuery, &Narrowed),
    scope: &Scope,
    now: DateTime<Utc>,
) {
    narrowed.push_sieves(sql, scope, "e.error_id");
    push_rest(sql, (query, narrowed), scope, now);
}

/// What no sieve asks.
fn push_rest(
    sql: &mut QueryBuilder<'_, Postgres>,
    (query, narrowed): (&ListQuery, &Narrowed),
    scope: &Scope,
    now: DateTime<Utc>,
) {
    if let Some(status) = query.status {
        // Which stored status can be shown so, for an index; then exactly.
        let stored = match status {
            ErrorStatus::Detected => vec!["detected", "ignored"],
            _ => vec![status.as_str()],
        };
        sql.push(" and e.status = any (")
            .push_bind(stored)
            .push(")");
        if matches!(status, ErrorStatus::Detected | ErrorStatus::Ignored) {
            sql.push(" and ");
            let count = "(select c.count from error_state c where c.error_id = e.error_id)";
            push_status_at(sql, now, count);
            sql.push(" = ").push_bind(status.as_str());
        }
    }
    let severity = query.severity.map(Severity::as_str);
    for (column, value) in [
        ("e.severity", severity),
        ("e.source", query.source.as_deref()),
        ("e.category", query.category.as_deref()),
    ] {
        if let Some(value) = value {
            sql.push(format_args!(" and {column} = "))
                .push_bind(stored(value));
        }
    }
    if let Some(assignee) = &query.assignee {
        sql.push(" and e.assigned_to ");
        match &query.assignee_id {
            Some(id) => sql
                .push("= any(")
                .push_bind(vec![stored(assignee), id.clone()])
                .push(")"),
            None => sql.push("= ").push_bind(stored(assignee)),
        };
    }
    narrowed.push(sql, scope);
}

/// A text as it is stored, where NUL is replaced; PostgreSQL takes none.
pub(super) fn stored(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A pattern for text anywhere, in which nothing of the text is special.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in stored(text).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
