//! Where an error stands right now, from the write side: what a command must know before it is sent.

use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

/// The row that every ingest batch keeps up to date.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Standing {
    /// Itself, or the error at the end of its chain of merges.
    #[sqlx(rename = "root_id", try_from = "Uuid")]
    pub root: ErrorId,
    /// Its project.
    #[sqlx(rename = "project_id", try_from = "i64")]
    pub project: ProjectId,
    /// How often it has occurred, all errors merged into it included.
    pub count: i64,
}

/// The standing of an error; `None` if there is none such in this organization and project, or
/// if it was deleted, itself or with the one it was merged into.
///
/// # Errors
/// When the database fails.
pub async fn standing(
    app: &PgPool,
    organization: OrganizationId,
    project: Option<ProjectId>,
    error: ErrorId,
) -> Result<Option<Standing>, sqlx::Error> {
    let mut transaction = tenant(app, organization).await?;
    sqlx::query_as(
        "select root_id, project_id, count from error_state
          where organization_id = $1 and error_id = $2 and ($3::bigint is null or project_id = $3)
            and status <> 'deleted'",
    )
    .bind(organization.0)
    .bind(error.0)
    .bind(project.map(|project| project.0))
    .fetch_optional(&mut *transaction)
    .await
}
