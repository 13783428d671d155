//! What analyses have cost, for those who must stay within a budget.

use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use crate::{QueryError, Scope};

/// What analyses have cost so far, in millionths of the currency that prices are in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub struct AnalysisSpending {
    /// All of the organization, since a moment.
    pub organization: i64,
    /// All of the error, ever.
    pub error: i64,
}

pub(crate) async fn spent(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
    since: DateTime<Utc>,
) -> Result<AnalysisSpending, QueryError> {
    Ok(sqlx::query_as(
        "select (select coalesce(sum(cost_micros), 0)::bigint from projection_analyses.analyses
                  where organization_id = $1 and ended_at >= $3 and cost_micros > 0) as organization,
                (select coalesce(sum(cost_micros), 0)::bigint from projection_analyses.analyses
                  where organization_id = $1 and error_id = $2) as error",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(since)
    .fetch_one(connection)
    .await?)
}
