//! By the built-in vectors, and then exactly by the sketches.

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, Sketch};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Found, Founds, MEMBERS_MAX, keep};
use crate::{QueryError, Scope};

/// What is near one member.
#[derive(FromRow)]
struct Near {
    mine: Json<Sketch>,
    roots: Vec<Uuid>,
    sketches: Vec<Json<Sketch>>,
}

#[derive(FromRow)]
struct Candidate {
    root_id: Uuid,
    sketch: Json<Sketch>,
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
        "select mine.sketch as mine, coalesce(n.roots, '{}') as roots, coalesce(n.sketches, '{}') as sketches
           from error_state me
          cross join lateral (
                select v.embedding, v.sketch from error_members($2) as m(id)
                 cross join lateral (
                       select embedding, sketch from error_vectors
                        where organization_id = $1 and error_id = m.id and embedder = $3 offset 0) v
                 order by m.id desc limit $4) mine
          cross join lateral (
                select array_agg(n.root_id) as roots, array_agg(n.sketch) as sketches
                  from nearest_errors($1, me.project_id, $3, mine.embedding::real[], me.root_id, $5) n
                 where not exists (select 1 from model_vectors v
                        where v.organization_id = $1 and v.error_id = n.error_id and v.embedder = $6
                          and v.embedding is not null)) n
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
    let mut founds = Founds::new();
    for Near {
        mine,
        roots,
        sketches,
    } in &near
    {
        for (root, theirs) in roots.iter().zip(sketches) {
            compare(&mut founds, mine, *root, theirs);
        }
    }
    Ok(Some(founds))
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
    let mut founds = Founds::new();
    for candidate in &near {
        compare(&mut founds, sketch, candidate.root_id, &candidate.sketch);
    }
    Ok(founds)
}

/// Of each error its best likeness is kept.
fn compare(founds: &mut Founds, mine: &Sketch, root: Uuid, theirs: &Sketch) {
    let likeness = mine.likeness(theirs);
    let found = Found {
        score: likeness.score,
        shared: likeness.shared,
    };
    keep(founds, root, found);
}
