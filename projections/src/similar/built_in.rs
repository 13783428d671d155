//! By the built-in vectors, and then exactly by the sketches.

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, Sketch};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Found, Founds, MEMBERS_MAX, keep};
use crate::{QueryError, Scope};

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

/// Without errors that have a vector of `model`; `None` if the one asked about has no sketch. `offset 0`
/// makes each vector be read by its key: before there are statistics, all would be read for one.
pub(super) async fn near(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    model: Option<&str>,
) -> Result<Option<Founds>, QueryError> {
    let near: Vec<Near> = sqlx::query_as(
        "select mine.sketch as mine, n.root_id, n.sketch
           from error_state me
          cross join lateral (
                select v.embedding, v.sketch from error_members($2) as m(id)
                 cross join lateral (
                       select embedding, sketch from error_vectors
                        where organization_id = $1 and error_id = m.id and embedder = $3 offset 0) v
                 order by m.id desc limit $4) mine
           left join lateral (
                select n.root_id, n.sketch
                  from nearest_errors($1, me.project_id, $3, mine.embedding::real[], me.root_id, $5) n
                 where not exists (select 1 from model_vectors v
                        where v.organization_id = $1 and v.error_id = n.error_id and v.embedder = $6
                          and v.embedding is not null)) n on true
          where me.organization_id = $1 and me.error_id = $2",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(EMBEDDER)
    .bind(MEMBERS_MAX)
    .bind(i32::try_from(CANDIDATES).unwrap_or(i32::MAX))
    .bind(model)
    .fetch_all(&mut *connection)
    .await?;
    if near.is_empty() {
        return Ok(None);
    }
    let pairs = near.iter().map(|near| (&near.mine.0, &near.candidate));
    Ok(Some(best(pairs)))
}

/// The same of an error that has no sketch yet, by this one, and with all others.
pub(super) async fn near_to(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    sketch: &Sketch,
) -> Result<Founds, QueryError> {
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
    .fetch_all(connection)
    .await?;
    Ok(best(near.iter().map(|candidate| (sketch, candidate))))
}

/// Each error with its best likeness.
fn best<'a>(near: impl Iterator<Item = (&'a Sketch, &'a Candidate)>) -> Founds {
    let mut founds = Founds::new();
    for (mine, candidate) in near {
        let (Some(id), Some(theirs)) = (candidate.root_id, &candidate.sketch) else {
            continue;
        };
        let likeness = mine.likeness(theirs);
        let found = Found {
            score: likeness.score,
            shared: likeness.shared,
        };
        keep(&mut founds, id, found);
    }
    founds
}
