//! A batch of occurrences as the arrays that `ingest_occurrences` takes.

use std::collections::{HashMap, HashSet};

use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Outcome, Prepared};
use crate::clock::Clock;

/// What became of one occurrence.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) outcome: Outcome,
    /// In whose ledger it stands.
    pub(super) home: ErrorId,
    /// Under which error it is shown; the rest is the state of that one.
    pub(super) root: ErrorId,
    pub(super) status: String,
    pub(super) count: i64,
    pub(super) ignored_until: Option<DateTime<Utc>>,
    pub(super) ignored_until_count: Option<i64>,
}

/// What `ingest_occurrences` answers; see the migrations.
#[derive(FromRow)]
struct Answer {
    stored: Vec<bool>,
    homes: Vec<Uuid>,
    created: Option<Vec<Uuid>>,
    errors: Vec<Uuid>,
    roots: Vec<Uuid>,
    statuses: Vec<String>,
    counts: Vec<i64>,
    ignored_untils: Vec<Option<DateTime<Utc>>>,
    ignored_until_counts: Vec<Option<i64>>,
}

impl Answer {
    /// One an occurrence, in order; `None` if an error was deleted in between.
    fn taken(self) -> Option<Vec<Taken>> {
        let places: HashMap<Uuid, usize> = self.errors.iter().copied().zip(0..).collect();
        let mut created: HashSet<Uuid> = self.created.into_iter().flatten().collect();
        let each = self.homes.into_iter().zip(self.stored);
        each.map(|(home, is_stored)| {
            let outcome = match is_stored {
                false => Outcome::Duplicate,
                // The first of an error makes it.
                true if created.remove(&home) => Outcome::New,
                true => Outcome::Known,
            };
            let place = places.get(&home).copied();
            let status = place.map_or("deleted", |at| self.statuses[at].as_str());
            (outcome == Outcome::Duplicate || status != "deleted").then(|| Taken {
                outcome,
                home: ErrorId(home),
                root: ErrorId(place.map_or(home, |at| self.roots[at])),
                status: status.to_owned(),
                count: place.map_or(0, |at| self.counts[at]),
                ignored_until: place.and_then(|at| self.ignored_untils[at]),
                ignored_until_count: place.and_then(|at| self.ignored_until_counts[at]),
            })
        })
        .collect()
    }
}

/// Stores the occurrences, which must hold no event id twice; one answer each, in order. `None`:
/// an error was deleted in between, so the transaction is to be begun anew.
pub(super) async fn take(
    connection: &mut PgConnection,
    occurrences: &[&Prepared],
    clock: &Clock,
) -> Result<Option<Vec<Taken>>, sqlx::Error> {
    macro_rules! column {
        ($($field:tt)*) => {
            occurrences.iter().map(|o| o.$($field)*).collect::<Vec<_>>()
        };
    }
    let new_errors: Vec<Uuid> = occurrences.iter().map(|_| clock.new_id()).collect();
    let answer: Answer = sqlx::query_as(
        "select * from ingest_occurrences($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(column!(organization_id.0))
    .bind(column!(project_id.0))
    .bind(column!(event_id.0))
    .bind(column!(grouping_version.number()))
    .bind(column!(fingerprint.as_bytes().as_slice()))
    .bind(new_errors)
    .bind(column!(received_at))
    .bind(column!(occurred_at))
    .bind(column!(stored_headline()))
    .bind(column!(level.as_deref()))
    .bind(column!(environment.as_deref()))
    .bind(column!(release.as_deref()))
    .bind(column!(user_hash.as_deref()))
    .bind(column!(encoding))
    .bind(column!(payload.as_slice()))
    .fetch_one(connection)
    .await?;
    Ok(answer.taken())
}
