//! The table of errors and how a change is written to it.
//!
//! Each write is guarded by the row's sequence, so an event applied twice changes nothing.

use bugsage_domain::error::{Detected, ErrorStatus, IgnoredUntil, ResolvedHow};
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::HandlerError;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::fold::{Change, Standing};

/// `find_errors` exists because ILIKE is not leakproof: under row-level security it may not
/// be asked of rows of other organizations, so the trigram index would go unused; `find_tagged`
/// likewise. Their owner
/// is exempt from the policy and names the organization itself. The body is bound when it
/// is made, so it follows the table when a rebuilt schema is renamed.
pub(super) const DDL: &str = "
create table errors (
    organization_id     uuid not null,
    error_id            uuid primary key,
    project_id          bigint not null,
    title               text not null,
    culprit             text,
    severity            text not null,
    status              text not null,
    -- how often it came back since it was last resolved
    regressions         integer not null default 0,
    source              text not null,
    source_id           text,
    category            text,
    tags                text[] not null,
    platform            text,
    assigned_to         text,
    description_text_id uuid,
    resolved_by         text,
    resolved_at         timestamptz,
    resolved_how        text,
    resolved_in_release text,
    ignored_until       timestamptz,
    ignored_until_count bigint,
    merged_into         uuid,
    deleted             boolean not null default false,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    sequence            bigint not null
);
create index errors_merged on errors (merged_into) where merged_into is not null;
create function find_errors(pattern text, most bigint) returns setof uuid
    language sql stable security definer rows 100 set enable_seqscan = off
    begin atomic
        select error_id from errors
         where organization_id = public.current_organization()
           and (title || ' ' || coalesce(culprit, '')) ilike pattern
         limit most;
    end;
create function find_tagged(tag text, most bigint) returns setof uuid
    language sql stable security definer rows 100
    begin atomic
        select error_id from errors
         where organization_id = public.current_organization() and tags @> array[tag]
         limit most;
    end;
revoke all on function find_errors, find_tagged from public;
grant execute on function find_errors, find_tagged to bugsage_app;
";

/// Every filter has an index, of those rows that a list can show. Each holds what the other filters
/// ask too, so that a count reads no rows: a decision writes an entry into each of them anyway. A
/// row alone costs the one of trigrams a millisecond.
pub(super) const INDEXES: &str = "
create index errors_search on errors using gin ((title || ' ' || coalesce(culprit, '')) public.gin_trgm_ops)
    with (fastupdate = off); -- else each search reads a pending list row by row
create index errors_tags on errors using gin (tags) with (fastupdate = off);
create index errors_severity on errors (organization_id, project_id, severity, error_id)
    include (status, source, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_status on errors (organization_id, project_id, status, error_id)
    include (severity, source, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_source on errors (organization_id, project_id, source, error_id)
    include (severity, status, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_category on errors (organization_id, project_id, category, error_id)
    include (severity, status, source, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null and category is not null;
create index errors_assignee on errors (organization_id, project_id, assigned_to, error_id)
    include (severity, status, source, category, ignored_until, ignored_until_count)
    where not deleted and merged_into is null and assigned_to is not null;
";

/// Writes changes in their order. Rows begin at once: the first event of an error is its
/// detection, so no change of this batch comes before.
pub(super) async fn write(
    connection: &mut PgConnection,
    changes: &[(&RecordedEvent, Change)],
) -> Result<(), HandlerError> {
    let mut rows = Vec::new();
    for (event, change) in changes {
        if let Change::Insert(facts) = change {
            rows.push(row(event, facts)?);
        }
    }
    if !rows.is_empty() {
        insert(connection, rows).await?;
    }
    for (event, change) in changes {
        if !matches!(change, Change::Insert(_)) {
            update(connection, event, change).await?;
        }
    }
    Ok(())
}

async fn update(
    connection: &mut PgConnection,
    event: &RecordedEvent,
    change: &Change,
) -> Result<(), HandlerError> {
    let mut update = QueryBuilder::new("update errors set ");
    push_change(&mut update, change)?;
    update
        .push(", updated_at = ")
        .push_bind(event.recorded_at)
        .push(", sequence = ")
        .push_bind(event.sequence)
        .push(" where error_id = ")
        .push_bind(event.aggregate_id.parse::<Uuid>()?)
        .push(" and organization_id = ")
        .push_bind(event.organization_id.0)
        .push(" and sequence < ")
        .push_bind(event.sequence);
    update.build().execute(connection).await?;
    Ok(())
}

/// The row that an error begins with, by the names of its columns.
fn row(event: &RecordedEvent, facts: &Detected) -> Result<Value, HandlerError> {
    Ok(json!({
        "organization_id": event.organization_id.0,
        "error_id": event.aggregate_id.parse::<Uuid>()?,
        "project_id": facts.project_id.0,
        "title": facts.title,
        "culprit": facts.culprit,
        "severity": facts.severity.as_str(),
        "source": facts.source,
        "source_id": facts.source_id,
        "category": facts.category,
        "tags": facts.tags,
        "platform": facts.platform,
        "description_text_id": facts.description.as_ref().map(|text| text.id.0),
        "at": event.recorded_at,
        "sequence": event.sequence,
    }))
}

async fn insert(connection: &mut PgConnection, rows: Vec<Value>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into errors (organization_id, error_id, project_id, title, culprit, severity, status,
                             source, source_id, category, tags, platform, description_text_id,
                             created_at, updated_at, sequence)
         select organization_id, error_id, project_id, title, culprit, severity, 'detected',
                source, source_id, category, tags, platform, description_text_id, at, at, sequence
           from jsonb_to_recordset($1) as r(
                organization_id uuid, error_id uuid, project_id bigint, title text, culprit text,
                severity text, source text, source_id text, category text, tags text[],
                platform text, description_text_id uuid, at timestamptz, sequence bigint)
         on conflict do nothing",
    )
    .bind(Json(rows))
    .execute(connection)
    .await
    .map(|_| ())
}

fn push_change<'a>(
    update: &mut QueryBuilder<'a, Postgres>,
    change: &'a Change,
) -> Result<(), HandlerError> {
    match change {
        Change::Insert(_) => {}
        Change::Title(title) => set(update, "title", title.as_str()),
        Change::Description(text) => set(update, "description_text_id", text.0),
        Change::Severity(severity) => set(update, "severity", severity.as_str()),
        Change::Category(category) => set(update, "category", category.as_deref()),
        Change::Assignee(to) => set(update, "assigned_to", to.as_deref()),
        Change::MergedInto(into) => set(update, "merged_into", into.map(|id| id.0)),
        Change::Deleted => set(update, "deleted", true),
        Change::AddTags(tags) => {
            update
                .push("tags = tags || array(select t from unnest(")
                .push_bind(tags)
                .push("::text[]) with ordinality u(t, i) where t <> all (tags) order by i)");
        }
        Change::RemoveTags(tags) => {
            update
                .push("tags = array(select t from unnest(tags) with ordinality u(t, i) where t <> all (")
                .push_bind(tags)
                .push("::text[]) order by i)");
        }
        Change::Standing(standing) => push_standing(update, standing)?,
    }
    Ok(())
}

fn set<'a, T>(update: &mut QueryBuilder<'a, Postgres>, column: &str, value: T)
where
    T: 'a + sqlx::Encode<'a, Postgres> + sqlx::Type<Postgres>,
{
    update.push(column).push(" = ").push_bind(value);
}

/// The columns that belong to one standing alone; all are written, so none outlives it.
#[derive(Default)]
struct Columns<'a> {
    resolved_by: Option<&'a str>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_how: Option<&'static str>,
    resolved_in_release: Option<&'a str>,
    ignored_until: Option<DateTime<Utc>>,
    ignored_until_count: Option<i64>,
}

fn push_standing<'a>(
    update: &mut QueryBuilder<'a, Postgres>,
    standing: &'a Standing,
) -> Result<(), HandlerError> {
    let mut columns = Columns::default();
    let (status, regressions) = match standing {
        Standing::Open(status) => (*status, "regressions"),
        Standing::Regressed => (ErrorStatus::Detected, "regressions + 1"),
        Standing::Resolved {
            by,
            at,
            how,
            in_release,
        } => {
            columns.resolved_by = Some(by);
            columns.resolved_at = Some(*at);
            columns.resolved_how = Some(match how {
                ResolvedHow::Manually => "manually",
                ResolvedHow::ByFix => "by_fix",
            });
            columns.resolved_in_release = in_release.as_deref();
            (ErrorStatus::Resolved, "0")
        }
        Standing::Ignored(until) => {
            match until {
                IgnoredUntil::Forever => {}
                IgnoredUntil::Time { at } => columns.ignored_until = Some(*at),
                IgnoredUntil::Occurrences { count } => {
                    columns.ignored_until_count = Some(i64::try_from(*count)?);
                }
            }
            (ErrorStatus::Ignored, "regressions")
        }
    };
    update.push("regressions = ").push(regressions).push(", ");
    set(update, "status", status.as_str());
    set(update, ", resolved_by", columns.resolved_by);
    set(update, ", resolved_at", columns.resolved_at);
    set(update, ", resolved_how", columns.resolved_how);
    set(update, ", resolved_in_release", columns.resolved_in_release);
    set(update, ", ignored_until", columns.ignored_until);
    set(update, ", ignored_until_count", columns.ignored_until_count);
    Ok(())
}
