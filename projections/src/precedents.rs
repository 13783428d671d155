//! What came of the errors that one is like: their causes as far as they are known, and how they ended.

use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::Sketch;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::analyses::AnalysisAnswer;
use crate::analyses::read::COUNTS_FIRST;
use crate::{QueryError, Scope, similar};

/// Errors that are told, the most alike first.
const TOLD_MAX: usize = 5;
/// How alike an error is at least: below, two share little more than a type.
const ALIKE_FROM: f64 = 0.3;
/// Of the history of each, its last steps.
const STEPS_MAX: i64 = 3;

/// An error that another is like, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedent {
    /// The error.
    pub error: ErrorId,
    /// Its title.
    pub title: String,
    /// How alike the two are, from 0 to 1, by the built-in comparison.
    pub score: f64,
    /// What kind of cause it has, if one was found.
    pub category: Option<String>,
    /// That cause, unless it is erased.
    pub cause: Option<String>,
    /// What was suggested, the best first.
    pub fixes: Vec<String>,
    /// When it was resolved, ignored, reopened or came back, in words; the newest last.
    pub ended: Vec<String>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    title: String,
    category: Option<String>,
    answer: Option<String>,
    ended: Vec<String>,
}

/// `sketch` stands for an error that nobody has sketched yet.
pub(crate) async fn precedents(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    sketch: &Sketch,
) -> Result<Vec<Precedent>, QueryError> {
    let mut alike = similar::alike(connection, scope, error, sketch).await?;
    alike.retain(|(_, score)| *score >= ALIKE_FROM);
    alike.truncate(TOLD_MAX);
    if alike.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = alike.iter().map(|(id, _)| *id).collect();
    let rows = rows(connection, scope, &ids).await?;
    let mut told: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let (_, score) = alike.iter().find(|(id, _)| *id == row.id)?;
            Some(told(row, *score))
        })
        .collect();
    told.sort_by(|one, other| other.score.total_cmp(&one.score));
    Ok(told)
}

fn told(row: Row, score: f64) -> Precedent {
    let answer = row.answer.as_deref().map(AnalysisAnswer::read);
    let answer = answer.unwrap_or_default();
    Precedent {
        error: ErrorId(row.id),
        title: row.title,
        score,
        category: row.category,
        cause: answer.root_cause,
        fixes: answer.suggested_fixes.unwrap_or_default(),
        ended: row.ended,
    }
}

/// In any order.
async fn rows(
    connection: &mut PgConnection,
    scope: &Scope,
    errors: &[Uuid],
) -> Result<Vec<Row>, QueryError> {
    Ok(sqlx::query_as(&format!(
        "select e.error_id as id, e.title, case when a.found then a.category end as category,
                (select t.body from texts t where a.found and t.organization_id = $1
                    and t.text_id = a.answer_text_id and t.erased_at is null) as answer,
                array(select to_char(s.at at time zone 'utc', 'YYYY-MM-DD') || ': ' || s.words from (
                          select at, words, sequence from projection_activity.activity
                           where organization_id = $1 and error_id = e.error_id
                             and kind in ('ErrorResolved', 'ErrorRegressed', 'ErrorReopened', 'ErrorIgnored')
                           order by sequence desc limit $3) s
                       order by s.sequence) as ended
           from projection_errors.errors e
           left join lateral (
                select a.found, a.category, a.answer_text_id from projection_analyses.analyses a
                 where a.organization_id = $1 and a.error_id = e.error_id
                 order by {COUNTS_FIRST} limit 1) a on true
          where e.organization_id = $1 and e.error_id = any ($2) and not e.deleted"
    ))
    .bind(scope.organization.0)
    .bind(errors)
    .bind(STEPS_MAX)
    .fetch_all(connection)
    .await?)
}
