//! What an analysis of an error is made from: one look, for a worker makes many.

use bugsage_domain::ids::{ErrorId, ProjectId};
use bugsage_domain::occurrence;
use bugsage_domain::similarity;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::precedents::{self, Precedent};
use crate::{QueryError, Scope, occurrences};

/// Releases that are told.
const RELEASES_MAX: i64 = 20;

/// An error as an analysis sees it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its project.
    pub project: ProjectId,
    /// Where the project's source is, if anybody said; none for a closed project.
    pub repository: Option<String>,
    /// How bad it is: `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// When it first occurred.
    pub first_seen: DateTime<Utc>,
    /// How often it did, those merged into it included.
    pub occurrences: i64,
    /// People affected.
    pub users: i64,
    /// Environments it was seen in.
    pub environments: Vec<String>,
    /// Releases it occurred in, the first one first; at most 20.
    pub releases: Vec<String>,
    /// When its newest occurrence that is kept happened, by its sender's clock.
    pub occurred_at: DateTime<Utc>,
    /// That occurrence, as it is stored.
    pub payload: Value,
    /// The same, read.
    pub occurrence: occurrence::Occurrence,
    /// What came of the errors that it is like, the most alike first.
    pub precedents: Vec<Precedent>,
}

#[derive(FromRow)]
struct Row {
    project_id: i64,
    repository: Option<String>,
    severity: String,
    first_seen: DateTime<Utc>,
    occurrences: i64,
    users: i64,
    environments: Vec<String>,
    releases: Vec<String>,
    event_id: Uuid,
    occurred_at: DateTime<Utc>,
    payload: Vec<u8>,
    /// Null where one is named that is gone.
    dictionary: Option<Vec<u8>>,
}

pub(crate) async fn subject(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
) -> Result<Option<Subject>, QueryError> {
    let Some(row) = row(connection, scope, error).await? else {
        return Ok(None);
    };
    let unreadable = || QueryError::Payload(row.event_id.into());
    let dictionary = row.dictionary.as_deref().ok_or_else(unreadable)?;
    let json = occurrences::unpacked(&row.payload, dictionary).ok_or_else(unreadable)?;
    let payload = serde_json::from_slice(&json).map_err(|_| unreadable())?;
    let occurrence = occurrence::decode(&json).map_err(|_| unreadable())?;
    // It may not have been sketched yet: that takes less than a millisecond, and nothing is waited for.
    let sketch = similarity::sketch(&occurrence);
    Ok(Some(Subject {
        project: ProjectId(row.project_id),
        repository: row.repository,
        severity: row.severity,
        first_seen: row.first_seen,
        occurrences: row.occurrences,
        users: row.users,
        environments: row.environments,
        releases: row.releases,
        occurred_at: row.occurred_at,
        payload,
        occurrence,
        precedents: precedents::precedents(connection, scope, error, &sketch).await?,
    }))
}

/// `None` also where no occurrence is kept. The members stand in an array, as in the detail of an error.
async fn row(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
) -> Result<Option<Row>, QueryError> {
    Ok(sqlx::query_as(
        "with m as materialized (select array(select error_members($2)) as ids)
         select s.project_id,
                (select repository from projects p where p.organization_id = $1
                         and p.project_id = s.project_id and p.closed_at is null) as repository,
                e.severity, s.first_seen, greatest(s.count, s.own_count) as occurrences, s.users,
                array(select distinct value from error_facets where organization_id = $1
                         and error_id = any (m.ids) and kind = 'environment' order by 1) as environments,
                array(select release from error_counters where organization_id = $1 and release <> ''
                         and error_id = any (m.ids)
                       group by release order by min(hour), release limit $3) as releases,
                newest.event_id, newest.occurred_at, newest.payload,
                case when newest.encoding = $4 then '' else (
                    select bytes from dictionaries
                     where organization_id = $1 and dictionary_id = newest.encoding) end as dictionary
           from m
           join error_state s on s.organization_id = $1 and s.error_id = $2 and s.status <> 'deleted'
           join projection_errors.errors e
             on e.organization_id = $1 and e.error_id = $2 and not e.deleted
          cross join lateral (
                select o.* from unnest(m.ids) id cross join lateral (
                       select event_id, received_at, occurred_at, payload, encoding from occurrences
                        where organization_id = $1 and error_id = id
                        order by received_at desc, event_id desc limit 1) o
                 order by o.received_at desc, o.event_id desc limit 1) newest",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(RELEASES_MAX)
    .bind(occurrences::PLAIN)
    .fetch_optional(connection)
    .await?)
}
