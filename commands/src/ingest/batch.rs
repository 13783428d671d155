//! A batch of occurrences as the arrays that `ingest_occurrences` takes.

use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Outcome, Prepared};
use crate::clock::Clock;

/// zstd without a dictionary.
const ENCODING_ZSTD: i16 = 0;

/// What the database says of one occurrence; see `ingest_occurrences` in the migrations.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Taken {
    pub(super) outcome: String,
    #[sqlx(try_from = "Uuid")]
    pub(super) home: ErrorId,
    #[sqlx(try_from = "Uuid")]
    pub(super) root: ErrorId,
    pub(super) status: String,
    pub(super) count: i64,
    pub(super) ignored_until: Option<DateTime<Utc>>,
    pub(super) ignored_until_count: Option<i64>,
}

impl Taken {
    pub(super) fn outcome(&self) -> Outcome {
        match self.outcome.as_str() {
            "new" => Outcome::New,
            "known" => Outcome::Known,
            _ => Outcome::Duplicate,
        }
    }
}

/// Stores the occurrences, which must hold no event id twice; one answer each, in order.
pub(super) async fn take(
    connection: &mut PgConnection,
    occurrences: &[&Prepared],
    clock: &Clock,
) -> Result<Vec<Taken>, sqlx::Error> {
    macro_rules! column {
        ($($field:tt)*) => {
            occurrences.iter().map(|o| o.$($field)*).collect::<Vec<_>>()
        };
    }
    let new_errors: Vec<Uuid> = occurrences.iter().map(|_| clock.new_id()).collect();
    sqlx::query_as(
        "select * from ingest_occurrences($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(column!(organization_id.0))
    .bind(column!(project_id.0))
    .bind(column!(event_id.0))
    .bind(column!(grouping_version.number()))
    .bind(column!(fingerprint.as_bytes().to_vec()))
    .bind(new_errors)
    .bind(column!(received_at))
    .bind(column!(occurred_at))
    // The one text here that may not have come through the scrubber, which replaces NUL.
    .bind(column!(headline.replace('\0', "\u{fffd}")))
    .bind(column!(level.as_deref()))
    .bind(column!(environment.as_deref()))
    .bind(column!(release.as_deref()))
    .bind(column!(user_hash.as_deref()))
    .bind(vec![ENCODING_ZSTD; occurrences.len()])
    .bind(column!(payload.as_slice()))
    .fetch_all(connection)
    .await
}
