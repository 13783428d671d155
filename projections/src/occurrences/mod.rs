//! What arrived: the occurrences of an error, and one by its id.

mod grouping;

use std::io::Read;

use bugsage_domain::ids::{ErrorId, EventId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

pub use grouping::{Grouping, GroupingPart};

use crate::moment::comparable;
use crate::{QueryError, Scope, cursor};

/// A payload compressed without a dictionary; other numbers are the dictionary's.
pub(crate) const PLAIN: i32 = 0;

/// Which occurrences of an error are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OccurrencesQuery {
    /// Rows of an answer, 1 to 1000.
    pub limit: u32,
    /// The `next_cursor` of the answer before.
    pub cursor: Option<String>,
}

impl Default for OccurrencesQuery {
    fn default() -> Self {
        Self {
            limit: 100,
            cursor: None,
        }
    }
}

/// An occurrence without its payload.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct OccurrenceSummary {
    /// The id its sender gave it.
    pub event_id: Uuid,
    /// The error it is shown under.
    pub error_id: Uuid,
    /// Its project.
    pub project_id: i64,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it happened, by its sender's clock.
    pub occurred_at: DateTime<Utc>,
    /// Its title.
    pub title: String,
    /// Sentry's level, as sent.
    pub level: Option<String>,
    /// Where it happened.
    pub environment: Option<String>,
    /// In which release.
    pub release: Option<String>,
}

/// An occurrence with everything that was kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Occurrence {
    /// What a list shows.
    #[serde(flatten)]
    pub summary: OccurrenceSummary,
    /// Why it belongs to its error.
    pub grouping: Grouping,
    /// The event as it was sent, scrubbed.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

/// Occurrences, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OccurrenceList {
    /// The occurrences.
    pub occurrences: Vec<OccurrenceSummary>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    at: DateTime<Utc>,
    id: Uuid,
}

/// Each member is read by its own index range: one range over all would have to sort everything.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    query: &OccurrencesQuery,
) -> Result<OccurrenceList, QueryError> {
    let place: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let mut occurrences: Vec<OccurrenceSummary> = sqlx::query_as(
        "select o.event_id, $2 as error_id, o.project_id, o.received_at, o.occurred_at, o.title,
                o.level, o.environment, o.release
           from error_members($2) as m(id) cross join lateral (
                select * from occurrences
                 where organization_id = $1 and error_id = m.id
                   and received_at <= coalesce($4, 'infinity')
                   and ($4::timestamptz is null or (received_at, event_id) < ($4, $5::uuid))
                 order by received_at desc, event_id desc limit $3) o
          order by o.received_at desc, o.event_id desc limit $3",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(i64::from(query.limit) + 1)
    .bind(place.map(|place| comparable(place.at)))
    .bind(place.map(|place| place.id))
    .fetch_all(connection)
    .await?;
    let more = occurrences.len() > query.limit as usize;
    occurrences.truncate(query.limit as usize);
    let next = occurrences.last().filter(|_| more).map(|last| Place {
        at: last.received_at,
        id: last.event_id,
    });
    Ok(OccurrenceList {
        next_cursor: next.as_ref().map(cursor::encode).transpose()?,
        occurrences,
    })
}

#[derive(FromRow)]
struct Stored {
    #[sqlx(flatten)]
    summary: OccurrenceSummary,
    encoding: i32,
    payload: Vec<u8>,
}

/// An id is unique in a project only: over a whole organization the newest is answered.
pub(crate) async fn one(
    connection: &mut PgConnection,
    scope: &Scope,
    event: EventId,
) -> Result<Option<Occurrence>, QueryError> {
    let stored: Option<Stored> = sqlx::query_as(
        "select o.event_id, s.root_id as error_id, o.project_id, o.received_at, o.occurred_at,
                o.title, o.level, o.environment, o.release, o.encoding, o.payload
           from occurrence_ids i
           join error_state s on s.organization_id = i.organization_id and s.error_id = i.error_id
           join occurrences o on o.organization_id = i.organization_id and o.error_id = i.error_id
            and o.received_at = i.received_at and o.event_id = i.event_id
          where i.organization_id = $1 and i.event_id = $2 and s.status <> 'deleted'
            and i.project_id in (select p.project_id from projects p where p.organization_id = $1
                                    and ($3::bigint is null or p.project_id = $3))
          order by o.received_at desc limit 1",
    )
    .bind(scope.organization.0)
    .bind(event.0)
    .bind(scope.project_number())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let dictionary = match stored.encoding {
        PLAIN => Some(Vec::new()),
        id => dictionary(connection, scope, id).await?,
    };
    let occurrence = dictionary.and_then(|dictionary| unpack(stored, &dictionary));
    occurrence.map(Some).ok_or(QueryError::Payload(event))
}

async fn dictionary(
    connection: &mut PgConnection,
    scope: &Scope,
    id: i32,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar(
        "select bytes from dictionaries where organization_id = $1 and dictionary_id = $2",
    )
    .bind(scope.organization.0)
    .bind(id)
    .fetch_optional(connection)
    .await
}

fn unpack(stored: Stored, dictionary: &[u8]) -> Option<Occurrence> {
    let json = unpacked(&stored.payload, dictionary)?;
    Some(Occurrence {
        grouping: grouping::explain(&json)?,
        payload: serde_json::from_slice(&json).ok()?,
        summary: stored.summary,
    })
}

/// An empty dictionary is none.
pub(crate) fn unpacked(payload: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let mut reader = zstd::stream::read::Decoder::with_dictionary(payload, dictionary).ok()?;
    let mut json = Vec::new();
    reader.read_to_end(&mut json).ok()?;
    Some(json)
}
