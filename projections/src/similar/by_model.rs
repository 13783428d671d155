//! By the vectors of a model. It cannot say why: what two share is told by their sketches.

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, Sketch};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Found, Founds, MEMBERS_MAX, keep};
use crate::{QueryError, Scope};

#[derive(FromRow)]
struct Near {
    mine: Option<Json<Sketch>>,
    root_id: Option<Uuid>,
    score: Option<f64>,
    sketch: Option<Json<Sketch>>,
}

/// `None` if the error has no vector of the model.
pub(super) async fn near(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    model: &str,
) -> Result<Option<Founds>, QueryError> {
    let near: Vec<Near> = sqlx::query_as(
        "select mine.sketch as mine, n.root_id, n.score, v.sketch
           from error_state me
          cross join lateral (
                select m.embedding, v.sketch from error_members($2) as e(id)
                 cross join lateral (
                       select embedding from model_vectors
                        where organization_id = $1 and error_id = e.id and embedder = $6
                          and embedding is not null offset 0) m
                  left join lateral (
                       select sketch from error_vectors
                        where organization_id = $1 and error_id = e.id and embedder = $3 offset 0) v on true
                 order by e.id desc limit $4) mine
           left join lateral nearest_by_model($1, me.project_id, $6, mine.embedding, me.root_id, $5) n on true
           left join lateral (
                select sketch from error_vectors
                 where organization_id = $1 and error_id = n.error_id and embedder = $3 offset 0) v on true
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
    for one in near {
        let (Some(id), Some(score)) = (one.root_id, one.score) else {
            continue;
        };
        let both = one.mine.zip(one.sketch);
        let shared = both.map(|(mine, theirs)| mine.likeness(&theirs).shared);
        let found = Found {
            // What is the same may come out a little over one.
            score: score.min(1.0),
            shared: shared.unwrap_or_default(),
        };
        keep(&mut founds, id, found);
    }
    Ok(Some(founds))
}
