//! What an error is like, and by what. Compared when asked: nothing of it is stored.

use std::collections::HashMap;

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, Likeness, Sketch};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::errors::list::{ErrorSummary, summaries};
use crate::{QueryError, Scope};

/// Errors merged into one that are asked for, the newest: more of a kind would find the same.
const MEMBERS_MAX: i32 = 20;

/// What an error is like.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarErrors {
    /// Name and version of what compares; null while the error has not been looked at, which takes a
    /// moment, or for ever if none of its occurrences was kept.
    pub embedder: Option<String>,
    /// The most alike first; at most 20.
    pub similar: Vec<SimilarError>,
}

/// An error that is like the one asked about.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarError {
    /// The error.
    pub error: ErrorSummary,
    /// How alike, from 0 to 1: the cosine of what they can be known by.
    pub score: f64,
    /// What they share, the weightiest first.
    pub shared: Vec<SharedFeature>,
}

/// Something that two errors share.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SharedFeature {
    /// `type` of an exception, `frame` (a function with its module), `module`, or `word` of a message.
    pub kind: &'static str,
    /// The thing, as it was compared.
    pub value: String,
    /// What it adds to the score.
    pub share: f64,
}

#[derive(FromRow)]
struct Near {
    mine: Json<Sketch>,
    #[sqlx(flatten)]
    candidate: Candidate,
}

#[derive(FromRow)]
struct Candidate {
    root_id: Option<Uuid>,
    sketch: Option<Json<Sketch>>,
}

pub(crate) async fn similar(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    now: DateTime<Utc>,
) -> Result<SimilarErrors, QueryError> {
    let near: Vec<Near> = sqlx::query_as(
        "select mine.sketch as mine, n.root_id, n.sketch
           from error_state me
          cross join lateral (
                select v.embedding, v.sketch from error_members($2) as m(id)
                  join error_vectors v on v.organization_id = $1 and v.error_id = m.id and v.embedder = $3
                 order by v.error_id desc limit $4) mine
           left join lateral nearest_errors($1, me.project_id, $3, mine.embedding::real[], me.root_id, $5) n on true
          where me.organization_id = $1 and me.error_id = $2",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(EMBEDDER)
    .bind(MEMBERS_MAX)
    .bind(i32::try_from(CANDIDATES).unwrap_or(i32::MAX))
    .fetch_all(&mut *connection)
    .await?;
    let embedder = (!near.is_empty()).then(|| EMBEDDER.to_owned());
    let pairs = near.iter().map(|near| (&near.mine.0, &near.candidate));
    Ok(SimilarErrors {
        embedder,
        similar: told(connection, scope, best(pairs), now).await?,
    })
}

/// The same of an error that is not sketched yet, by this sketch.
pub(crate) async fn similar_to(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    sketch: &Sketch,
    now: DateTime<Utc>,
) -> Result<SimilarErrors, QueryError> {
    let near: Vec<Candidate> = sqlx::query_as(
        "select n.root_id, n.sketch from error_state me
          cross join lateral nearest_errors($1, me.project_id, $3, $4, me.root_id, $5) n
          where me.organization_id = $1 and me.error_id = $2",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(EMBEDDER)
    .bind(sketch.vector())
    .bind(i32::try_from(CANDIDATES).unwrap_or(i32::MAX))
    .fetch_all(&mut *connection)
    .await?;
    let best = best(near.iter().map(|candidate| (sketch, candidate)));
    Ok(SimilarErrors {
        embedder: Some(EMBEDDER.to_owned()),
        similar: told(connection, scope, best, now).await?,
    })
}

async fn told(
    connection: &mut PgConnection,
    scope: &Scope,
    best: Vec<(Uuid, Likeness)>,
    now: DateTime<Utc>,
) -> Result<Vec<SimilarError>, QueryError> {
    let ids: Vec<Uuid> = best.iter().map(|(id, _)| *id).collect();
    let found = summaries(connection, scope, &ids, now).await?;
    let mut errors: HashMap<Uuid, ErrorSummary> =
        found.into_iter().map(|error| (error.id, error)).collect();
    let similar = best.into_iter().filter_map(|(id, likeness)| {
        Some(SimilarError {
            // One that was made a moment ago may not be projected yet.
            error: errors.remove(&id)?,
            score: thousandth(likeness.score),
            shared: shared(likeness),
        })
    });
    Ok(similar.collect())
}

/// Each error with its best likeness, the most alike first.
fn best<'a>(near: impl Iterator<Item = (&'a Sketch, &'a Candidate)>) -> Vec<(Uuid, Likeness)> {
    let mut best: HashMap<Uuid, Likeness> = HashMap::new();
    for (mine, candidate) in near {
        let (Some(id), Some(theirs)) = (candidate.root_id, &candidate.sketch) else {
            continue;
        };
        let likeness = mine.likeness(theirs);
        if best
            .get(&id)
            .is_none_or(|known| known.score < likeness.score)
        {
            best.insert(id, likeness);
        }
    }
    let mut best: Vec<_> = best.into_iter().collect();
    best.retain(|(_, likeness)| likeness.score > 0.0);
    best.sort_by(|(a, one), (b, other)| other.score.total_cmp(&one.score).then(a.cmp(b)));
    best.truncate(CANDIDATES);
    best
}

fn shared(likeness: Likeness) -> Vec<SharedFeature> {
    let each = likeness.shared.into_iter();
    each.map(|one| SharedFeature {
        kind: one.kind.name(),
        value: one.value,
        share: thousandth(one.share),
    })
    .collect()
}

fn thousandth(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
