//! Trying other settings of grouping on what a project has stored: `bugsage grouping try`. Changes nothing.

use std::collections::HashMap;

use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_domain::trial::{Decided, Outcome, Present, Settings, Trial};
use chrono::{Days, NaiveDate};
use futures::TryStreamExt;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::stored;

/// What came of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Where the present and the trial differ.
    pub outcome: Outcome,
    /// Occurrences that cannot be read, and do not count.
    pub unreadable: u64,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many occurrences were read.
    Read(u64),
    /// So many groups are compared with each other.
    Comparing(usize),
}

/// How often it is told how far it is.
const TELL: u64 = 1_000;

#[derive(FromRow)]
struct Row {
    event_id: Uuid,
    error_id: Uuid,
    root_id: Uuid,
    is_open: bool,
    encoding: i32,
    payload: Vec<u8>,
}

/// Whether new errors of a project join those they are like; `None` if there is no such project.
///
/// # Errors
/// When the database fails.
pub async fn joins(owner: &PgPool, project: i64) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar("select join_similar from projects where project_id = $1")
        .bind(project)
        .fetch_optional(owner)
        .await
}

/// Groups the newest `most` occurrences of a project anew, as the owner, in a transaction that may only read.
///
/// # Errors
/// When the database fails.
pub async fn run(
    owner: &PgPool,
    project: i64,
    settings: Settings,
    most: u32,
    mut tell: impl FnMut(Progress),
) -> Result<Tried, sqlx::Error> {
    let mut reading = owner.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *reading)
        .await?;
    let dictionaries = dictionaries(&mut reading, project).await?;
    let (mut trial, mut read, mut unreadable) = (Trial::new(settings), 0, 0);
    for day in days(&mut reading).await? {
        let left = u64::from(most).saturating_sub(read);
        let mut rows = sqlx::query_as(NEWEST)
            .bind(project)
            .bind(day)
            .bind(day.checked_add_days(Days::new(1)))
            .bind(i64::try_from(left).unwrap_or(i64::MAX))
            .fetch(&mut *reading);
        while let Some(row) = rows.try_next().await? {
            read += 1;
            unreadable += u64::from(!show(&mut trial, &row, &dictionaries));
            if read % TELL == 0 {
                tell(Progress::Read(read));
            }
        }
        if read >= u64::from(most) {
            break;
        }
    }
    let decided = decided(&mut reading, project).await?;
    reading.rollback().await?;
    tell(Progress::Comparing(trial.groups()));
    Ok(Tried {
        outcome: trial.outcome(&decided),
        unreadable,
    })
}

/// Those of one day, the newest first. There is no index for it: a day's partition is read whole.
const NEWEST: &str = "
    select o.event_id, o.error_id, s.root_id, r.status in ('detected', 'analyzing', 'fixing') as is_open,
           o.encoding, o.payload
      from occurrences o join error_state s on s.error_id = o.error_id
      join error_state r on r.error_id = s.root_id
     where o.project_id = $1 and o.received_at >= $2::timestamp at time zone 'UTC'
       and o.received_at < $3::timestamp at time zone 'UTC' and s.status <> 'deleted'
     order by o.received_at desc, o.event_id desc limit $4";

/// Whether it could be read.
fn show(trial: &mut Trial, row: &Row, dictionaries: &HashMap<i32, Vec<u8>>) -> bool {
    let dictionary = dictionaries
        .get(&row.encoding)
        .map_or(&[][..], Vec::as_slice);
    let Some(occurrence) = stored::read(&row.payload, dictionary) else {
        return false;
    };
    let present = Present {
        error: ErrorId(row.error_id),
        root: ErrorId(row.root_id),
        is_open: row.is_open,
    };
    trial.show(EventId(row.event_id), present, &occurrence);
    true
}

async fn dictionaries(
    reading: &mut PgConnection,
    project: i64,
) -> Result<HashMap<i32, Vec<u8>>, sqlx::Error> {
    let found: Vec<(i32, Vec<u8>)> =
        sqlx::query_as("select dictionary_id, bytes from dictionaries where project_id = $1")
            .bind(project)
            .fetch_all(reading)
            .await?;
    Ok(found.into_iter().collect())
}

/// The days of which occurrences are kept, the newest first.
async fn days(reading: &mut PgConnection) -> Result<Vec<NaiveDate>, sqlx::Error> {
    sqlx::query_scalar(
        "select to_date(right(c.relname, 8), 'YYYYMMDD') as day
           from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'occurrences'::regclass order by day desc",
    )
    .fetch_all(reading)
    .await
}

/// A merge is a person's unless the last thing that merged it was joining.
async fn decided(reading: &mut PgConnection, project: i64) -> Result<Decided, sqlx::Error> {
    let merged: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select s.error_id, s.merged_into from error_state s
          where s.project_id = $1 and s.merged_into is not null and s.status <> 'deleted'
            and 'ErrorMerged' = (
                select e.event_type from events e
                 where e.aggregate_type = 'error' and e.aggregate_id = s.error_id::text
                   and e.event_type in ('ErrorMerged', 'ErrorJoined')
                 order by e.sequence desc limit 1)",
    )
    .bind(project)
    .fetch_all(&mut *reading)
    .await?;
    let apart: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select f.error_id, x.error_id from refused_joins x
           join fingerprints f using (organization_id, project_id, grouping_version, fingerprint)
          where x.project_id = $1",
    )
    .bind(project)
    .fetch_all(reading)
    .await?;
    let ids = |(one, other): (Uuid, Uuid)| (ErrorId(one), ErrorId(other));
    Ok(Decided {
        merged: merged.into_iter().map(ids).collect(),
        apart: apart.into_iter().map(ids).collect(),
    })
}
