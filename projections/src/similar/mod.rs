//! What an error is like, and by what. Compared when asked: nothing of it is stored.
//!
//! Where a model makes vectors, it compares the errors that have one; the built-in comparison serves for
//! all others, and for an error that has none yet. So it goes on while one model gives way to another.

mod built_in;
mod by_model;

use std::collections::HashMap;

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, Shared, Sketch};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::errors::list::{ErrorSummary, summaries};
use crate::{QueryError, Scope};

/// Errors merged into one that are asked for, the newest: more of a kind would find the same.
const MEMBERS_MAX: i32 = 20;

/// What an error is like.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarErrors {
    /// Name and version of what compares: the built-in `frames-1`, or a model, once the error has its vector.
    /// Null while the error has not been looked at, which takes a moment, or for ever if none of its
    /// occurrences was kept.
    pub embedder: Option<String>,
    /// The most alike first; at most 20. Scores of different embedders are of different scales.
    pub similar: Vec<SimilarError>,
}

/// An error that is like the one asked about.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarError {
    /// The error.
    pub error: ErrorSummary,
    /// What compared it: another than that of the answer where this one has no vector of the model yet.
    pub embedder: String,
    /// How alike, from 0 to 1: the cosine of what they can be known by.
    pub score: f64,
    /// What they share, the weightiest first; by the built-in comparison, whoever tells the score.
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

/// An error that was found.
struct Found {
    score: f64,
    shared: Vec<Shared>,
}

/// By the error that is shown.
type Founds = HashMap<Uuid, Found>;

pub(crate) async fn similar(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    model: Option<&str>,
    now: DateTime<Utc>,
) -> Result<SimilarErrors, QueryError> {
    let modelled = match model {
        Some(model) => by_model::near(connection, scope, error, model).await?,
        None => None,
    };
    // Of what the model can compare, it has the say.
    let compared = modelled.as_ref().and(model);
    let built_in = built_in::near(connection, scope, error, compared).await?;
    let embedder = compared.or(built_in.as_ref().and(Some(EMBEDDER)));
    let mut best: HashMap<Uuid, (&str, Found)> = HashMap::new();
    for (id, found) in built_in.into_iter().flatten() {
        best.insert(id, (EMBEDDER, found));
    }
    for (id, found) in modelled.into_iter().flatten() {
        best.insert(id, (compared.unwrap_or_default(), found));
    }
    Ok(SimilarErrors {
        embedder: embedder.map(str::to_owned),
        similar: listed(connection, scope, best, now).await?,
    })
}

/// The errors that one is like by the built-in comparison, and how much, the most alike first. `sketch`
/// stands for an error that nobody has sketched yet.
pub(crate) async fn alike(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    sketch: &Sketch,
) -> Result<Vec<(Uuid, f64)>, QueryError> {
    let founds = match built_in::near(connection, scope, error, None).await? {
        Some(founds) => founds,
        None => built_in::near_to(connection, scope, error, sketch).await?,
    };
    let best = founds
        .into_iter()
        .map(|(id, found)| (id, (EMBEDDER, found)));
    let best = most_alike(best.collect()).into_iter();
    Ok(best
        .map(|(id, _, found)| (id, thousandth(found.score)))
        .collect())
}

async fn listed(
    connection: &mut PgConnection,
    scope: &Scope,
    best: HashMap<Uuid, (&str, Found)>,
    now: DateTime<Utc>,
) -> Result<Vec<SimilarError>, QueryError> {
    let best = most_alike(best);
    let ids: Vec<Uuid> = best.iter().map(|(id, ..)| *id).collect();
    let listed = summaries(connection, scope, &ids, now).await?;
    let mut errors: HashMap<Uuid, ErrorSummary> =
        listed.into_iter().map(|error| (error.id, error)).collect();
    let similar = best.into_iter().filter_map(|(id, embedder, found)| {
        Some(SimilarError {
            // One that was made a moment ago may not be projected yet.
            error: errors.remove(&id)?,
            embedder: embedder.to_owned(),
            score: thousandth(found.score),
            shared: told(found.shared),
        })
    });
    Ok(similar.collect())
}

fn most_alike(best: HashMap<Uuid, (&str, Found)>) -> Vec<(Uuid, &str, Found)> {
    let each = best.into_iter();
    let mut best: Vec<_> = each.map(|(id, (by, found))| (id, by, found)).collect();
    best.retain(|(.., found)| found.score > 0.0);
    best.sort_by(|(a, _, one), (b, _, other)| {
        other.score.total_cmp(&one.score).then_with(|| a.cmp(b))
    });
    best.truncate(CANDIDATES);
    best
}

/// Keeps the better of two ways in which an error was found.
fn keep(founds: &mut Founds, id: Uuid, found: Found) {
    if founds
        .get(&id)
        .is_none_or(|known| known.score < found.score)
    {
        founds.insert(id, found);
    }
}

fn told(shared: Vec<Shared>) -> Vec<SharedFeature> {
    let each = shared.into_iter();
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
