//! What came of the errors that one is like: their causes as far as they are known, and how they ended.

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::Sketch;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::analyses::{self, Analysis};
use crate::similar::{self, SimilarError};
use crate::{QueryError, Scope};

/// Errors that are told, the most alike first.
const TOLD_MAX: usize = 5;
/// How alike an error is at least: below, two share little more than a type.
const ALIKE_FROM: f64 = 0.3;
/// Of the history of each, its last steps.
const STEPS_MAX: i64 = 3;

/// An error that another is like, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedent {
    /// The error, and by what the two are alike.
    pub similar: SimilarError,
    /// The analysis of it that counts.
    pub analysis: Option<Analysis>,
    /// When it was resolved, ignored, reopened or came back, in words; the newest last.
    pub ended: Vec<String>,
}

/// `sketch` stands for an error that nobody has sketched yet.
pub(crate) async fn precedents(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    sketch: &Sketch,
    now: DateTime<Utc>,
) -> Result<Vec<Precedent>, QueryError> {
    let mut found = similar::similar(connection, scope, error, None, now).await?;
    if found.embedder.is_none() {
        found = similar::similar_to(connection, scope, error, sketch, now).await?;
    }
    found.similar.retain(|one| one.score >= ALIKE_FROM);
    found.similar.truncate(TOLD_MAX);
    let mut told = Vec::with_capacity(found.similar.len());
    for similar in found.similar {
        let id = ErrorId(similar.error.id);
        told.push(Precedent {
            similar,
            analysis: analyses::read::one(connection, scope, id, None).await?,
            ended: ended(connection, scope, id).await?,
        });
    }
    Ok(told)
}

async fn ended(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
) -> Result<Vec<String>, QueryError> {
    let mut steps: Vec<String> = sqlx::query_scalar(
        "select to_char(at at time zone 'utc', 'YYYY-MM-DD') || ': ' || words
           from projection_activity.activity
          where organization_id = $1 and error_id = $2
            and kind in ('ErrorResolved', 'ErrorRegressed', 'ErrorReopened', 'ErrorIgnored')
          order by sequence desc limit $3",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(STEPS_MAX)
    .fetch_all(connection)
    .await?;
    steps.reverse();
    Ok(steps)
}
