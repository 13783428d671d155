//! One error with all that is known of it.

use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, QueryBuilder};
use uuid::Uuid;

use super::filter::push_visible;
use super::list::{ErrorSummary, push_columns};
use crate::analyses::{self, AnalysisAnswer};
use crate::{QueryError, Scope};

/// By what a resolved error was resolved; who and when stand in the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Resolution {
    /// `manually` or `by_fix`.
    pub how: String,
    /// The release that no longer has it.
    pub in_release: Option<String>,
}

/// How long an ignored error is ignored; with neither field, until somebody reopens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Ignored {
    /// Until this moment.
    pub until: Option<DateTime<Utc>>,
    /// Until it has occurred so often in all.
    pub until_count: Option<i64>,
}

/// One error with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ErrorDetail {
    /// What a list shows.
    #[serde(flatten)]
    pub summary: ErrorSummary,
    /// What was written about it; null if nothing was, or if it was erased.
    pub description: Option<String>,
    /// The description was erased.
    pub description_erased: bool,
    /// By what it was resolved, if it is resolved.
    pub resolution: Option<Resolution>,
    /// How long it is ignored, if it is.
    pub ignored: Option<Ignored>,
    /// The error it was merged into.
    pub merged_into: Option<Uuid>,
    /// The errors merged into it, directly or through others.
    pub merged_from: Vec<Uuid>,
    /// What it and those merged into it are known by, in hex.
    pub fingerprints: Vec<String>,
    /// Environments it was seen in.
    pub environments: Vec<String>,
    /// Releases it was seen in.
    pub releases: Vec<String>,
    /// Tags it was seen with in occurrences, as `key:value`.
    pub tag_values: Vec<String>,
    /// The id of the newest occurrence that is still kept.
    pub latest_event_id: Option<Uuid>,
    /// The explanation of its cause; null until there is one, and once it is erased.
    pub ai_analysis: Option<String>,
    /// How sure that explanation is, 0 to 100.
    pub ai_confidence: Option<u8>,
    /// What to do about it; as the explanation.
    pub ai_suggestions: Option<Vec<String>>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    summary: ErrorSummary,
    description: Option<String>,
    description_erased: bool,
    resolved_how: Option<String>,
    resolved_in_release: Option<String>,
    ignored_until: Option<DateTime<Utc>>,
    ignored_until_count: Option<i64>,
    merged_into: Option<Uuid>,
}

#[derive(FromRow)]
struct Beside {
    merged_from: Vec<Uuid>,
    fingerprints: Vec<String>,
    environments: Vec<String>,
    releases: Vec<String>,
    tag_values: Vec<String>,
    latest_event_id: Option<Uuid>,
}

pub(crate) async fn detail(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    now: DateTime<Utc>,
) -> Result<Option<ErrorDetail>, QueryError> {
    let Some(row) = row(connection, scope, error, now).await? else {
        return Ok(None);
    };
    let beside = beside(connection, scope, error).await?;
    let analysis = analyses::read::one(connection, scope, error, None).await?;
    let (ai_confidence, answer) = match analysis {
        Some(one) if one.summary.state == "completed" => (one.summary.confidence_score, one.answer),
        _ => (None, AnalysisAnswer::default()),
    };
    let ignored = row.summary.status == "ignored";
    Ok(Some(ErrorDetail {
        description: row.description,
        description_erased: row.description_erased,
        resolution: row.resolved_how.map(|how| Resolution {
            how,
            in_release: row.resolved_in_release,
        }),
        ignored: ignored.then_some(Ignored {
            until: row.ignored_until,
            until_count: row.ignored_until_count,
        }),
        merged_into: row.merged_into,
        summary: row.summary,
        merged_from: beside.merged_from,
        fingerprints: beside.fingerprints,
        environments: beside.environments,
        releases: beside.releases,
        tag_values: beside.tag_values,
        latest_event_id: beside.latest_event_id,
        ai_analysis: answer.root_cause,
        // A share of 0 to 1, in whole hundredths.
        ai_confidence: ai_confidence.map(|share| (share * 100.0).round() as u8),
        ai_suggestions: answer.suggested_fixes,
    }))
}

async fn row(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    now: DateTime<Utc>,
) -> Result<Option<Row>, QueryError> {
    let mut sql = QueryBuilder::new("");
    push_columns(&mut sql, now);
    sql.push(
        ", (select t.body from texts t where t.organization_id = e.organization_id
              and t.text_id = e.description_text_id and t.erased_at is null) as description,
           exists (select 1 from texts t where t.organization_id = e.organization_id
              and t.text_id = e.description_text_id and t.erased_at is not null) as description_erased,
           e.resolved_how, e.resolved_in_release, e.ignored_until, e.ignored_until_count, e.merged_into",
    );
    push_visible(&mut sql, scope);
    sql.push(" and s.error_id = ").push_bind(error.0);
    Ok(sql.build_query_as().fetch_optional(connection).await?)
}

/// The members stand in an array, because the planner takes a function for a thousand rows and
/// would read whole tables for them.
async fn beside(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
) -> Result<Beside, QueryError> {
    Ok(sqlx::query_as(
        "with m as materialized (select array(select error_members($2)) as ids)
         select array(select id from unnest(m.ids) id where id <> $2 order by id) as merged_from,
                array(select encode(fingerprint, 'hex') from fingerprints
                       where organization_id = $1 and error_id = any (m.ids) order by 1) as fingerprints,
                array(select distinct value from error_facets where organization_id = $1
                         and error_id = any (m.ids) and kind = 'environment' order by 1) as environments,
                array(select distinct value from error_facets where organization_id = $1
                         and error_id = any (m.ids) and kind = 'release' order by 1) as releases,
                array(select distinct value from error_facets where organization_id = $1
                         and error_id = any (m.ids) and kind = 'tag' order by 1) as tag_values,
                (select newest.event_id from unnest(m.ids) id cross join lateral (
                     select o.event_id, o.received_at from occurrences o
                      where o.organization_id = $1 and o.error_id = id
                      order by o.received_at desc, o.event_id desc limit 1) newest
                  order by newest.received_at desc, newest.event_id desc limit 1) as latest_event_id
           from m",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .fetch_one(connection)
    .await?)
}
