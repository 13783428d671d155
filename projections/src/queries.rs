//! The one door to all read models.

use std::sync::Arc;

use bugsage_domain::ids::{ErrorId, EventId, OrganizationId, ProjectId, TextId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::activity::{self, ActivityEntry};
use crate::analyses::{self, Analysis, AnalysisSummary};
use crate::errors::{ErrorDetail, ErrorList, ListQuery, detail, list};
use crate::occurrences::{self, Occurrence, OccurrenceList, OccurrencesQuery};
use crate::similar::{self, SimilarErrors};
use crate::statistics::{self, Statistics};
use crate::subject::{self, Subject};

/// Most rows of one answer.
const LIMIT_MAX: u32 = 1_000;

/// Whose data a question is about. Nothing can be asked without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// The tenant.
    pub organization: OrganizationId,
    /// One project of it; `None` for all.
    pub project: Option<ProjectId>,
}

impl Scope {
    /// Of an organization, and of one project of it if one is given. In the service only what
    /// has proved that somebody may see it makes one: see `clippy.toml`.
    #[must_use]
    pub const fn of(organization: OrganizationId, project: Option<ProjectId>) -> Self {
        Self {
            organization,
            project,
        }
    }

    pub(crate) fn project_number(&self) -> Option<i64> {
        self.project.map(|project| project.0)
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The cursor is not one of ours, or belongs to another sort.
    #[error("the cursor does not belong to this list: start again without it")]
    Cursor,
    /// The limit is out of range.
    #[error("limit must be between 1 and {LIMIT_MAX}")]
    Limit,
    /// The number of days is out of range.
    #[error("days must be between 1 and {}", statistics::DAYS_MAX)]
    Days,
    /// A stored payload cannot be read.
    #[error("the stored payload of occurrence {0} cannot be read")]
    Payload(EventId),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Asks the read models, as the app role. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    app: PgPool,
    /// What the vectors of the model that compares errors are stored under.
    embedder: Option<Arc<str>>,
}

impl Queries {
    /// `app` is a pool of the app role, so that row-level security stands behind every query.
    #[must_use]
    pub const fn new(app: PgPool) -> Self {
        Self {
            app,
            embedder: None,
        }
    }

    /// Errors are compared by the vectors stored under this name, those that have them.
    #[must_use]
    pub fn comparing_by(self, embedder: Option<String>) -> Self {
        Self {
            embedder: embedder.map(Arc::from),
            ..self
        }
    }

    async fn begin(&self, scope: &Scope) -> Result<Transaction<'static, Postgres>, QueryError> {
        Ok(tenant(&self.app, scope.organization).await?)
    }

    /// The errors that match; neither deleted ones nor those merged into another.
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cursor`], or the database's failure.
    pub async fn list(
        &self,
        scope: &Scope,
        query: &ListQuery,
        now: DateTime<Utc>,
    ) -> Result<ErrorList, QueryError> {
        check_limit(query.limit)?;
        let mut transaction = self.begin(scope).await?;
        list::list(&mut transaction, scope, query, now).await
    }

    /// One error; `None` if it is unknown, deleted, or out of scope. A merged one says into which.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn detail(
        &self,
        scope: &Scope,
        error: ErrorId,
        now: DateTime<Utc>,
    ) -> Result<Option<ErrorDetail>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        detail::detail(&mut transaction, scope, error, now).await
    }

    /// The occurrences of an error and of all merged into it, newest first; `None` as in [`Self::detail`].
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cursor`], or the database's failure.
    pub async fn occurrences(
        &self,
        scope: &Scope,
        error: ErrorId,
        query: &OccurrencesQuery,
    ) -> Result<Option<OccurrenceList>, QueryError> {
        check_limit(query.limit)?;
        let mut transaction = self.begin(scope).await?;
        if !exists(&mut transaction, scope, error).await? {
            return Ok(None);
        }
        occurrences::list(&mut transaction, scope, error, query)
            .await
            .map(Some)
    }

    /// The errors of its project that an error is like, most alike first; `None` as in [`Self::detail`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn similar(
        &self,
        scope: &Scope,
        error: ErrorId,
        now: DateTime<Utc>,
    ) -> Result<Option<SimilarErrors>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        if !exists(&mut transaction, scope, error).await? {
            return Ok(None);
        }
        let embedder = self.embedder.as_deref();
        similar::similar(&mut transaction, scope, error, embedder, now)
            .await
            .map(Some)
    }

    /// What an analysis of an error is made from; `None` as in [`Self::detail`], and where no occurrence is
    /// kept.
    ///
    /// # Errors
    /// [`QueryError::Payload`], or the database's failure.
    pub async fn subject(
        &self,
        scope: &Scope,
        error: ErrorId,
    ) -> Result<Option<Subject>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        subject::subject(&mut transaction, scope, error).await
    }

    /// One occurrence by the id its sender gave it, with its payload; `None` if it is unknown,
    /// no longer kept, or its error was deleted.
    ///
    /// # Errors
    /// [`QueryError::Payload`], or the database's failure.
    pub async fn occurrence(
        &self,
        scope: &Scope,
        event: EventId,
    ) -> Result<Option<Occurrence>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        occurrences::one(&mut transaction, scope, event).await
    }

    /// What happened in the `days` days (UTC) that end with today, today included.
    ///
    /// # Errors
    /// [`QueryError::Days`], or the database's failure.
    pub async fn statistics(
        &self,
        scope: &Scope,
        days: u32,
        now: DateTime<Utc>,
    ) -> Result<Statistics, QueryError> {
        let mut transaction = self.begin(scope).await?;
        statistics::statistics(&mut transaction, scope, days, now).await
    }

    /// What was decided about an error itself, newest first; `None` as in [`Self::detail`].
    ///
    /// # Errors
    /// [`QueryError::Limit`], or the database's failure.
    pub async fn activity(
        &self,
        scope: &Scope,
        error: ErrorId,
        limit: u32,
    ) -> Result<Option<Vec<ActivityEntry>>, QueryError> {
        check_limit(limit)?;
        let mut transaction = self.begin(scope).await?;
        if !exists(&mut transaction, scope, error).await? {
            return Ok(None);
        }
        activity::entries(&mut transaction, scope, error, limit)
            .await
            .map(Some)
    }

    /// The analyses of an error, newest first; `None` as in [`Self::detail`].
    ///
    /// # Errors
    /// [`QueryError::Limit`], or the database's failure.
    pub async fn analyses(
        &self,
        scope: &Scope,
        error: ErrorId,
        limit: u32,
    ) -> Result<Option<Vec<AnalysisSummary>>, QueryError> {
        check_limit(limit)?;
        let mut transaction = self.begin(scope).await?;
        if !exists(&mut transaction, scope, error).await? {
            return Ok(None);
        }
        analyses::read::list(&mut transaction, scope, error, limit)
            .await
            .map(Some)
    }

    /// An analysis of an error by its number, or the one that counts; `None` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn analysis(
        &self,
        scope: &Scope,
        error: ErrorId,
        number: Option<u32>,
    ) -> Result<Option<Analysis>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        if !exists(&mut transaction, scope, error).await? {
            return Ok(None);
        }
        analyses::read::one(&mut transaction, scope, error, number).await
    }

    /// A text of the organization; `None` if there is none, or it is erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn text(&self, scope: &Scope, text: TextId) -> Result<Option<String>, QueryError> {
        let mut transaction = self.begin(scope).await?;
        let body: Option<Option<String>> = sqlx::query_scalar(
            "select body from texts where organization_id = $1 and text_id = $2 and erased_at is null",
        )
        .bind(scope.organization.0)
        .bind(text.0)
        .fetch_optional(&mut *transaction)
        .await?;
        Ok(body.flatten())
    }
}

const fn check_limit(limit: u32) -> Result<(), QueryError> {
    if limit == 0 || limit > LIMIT_MAX {
        return Err(QueryError::Limit);
    }
    Ok(())
}

async fn exists(
    connection: &mut PgConnection,
    scope: &Scope,
    error: ErrorId,
) -> Result<bool, QueryError> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from error_state
          where organization_id = $1 and error_id = $2 and status <> 'deleted'
            and ($3::bigint is null or project_id = $3))",
    )
    .bind(scope.organization.0)
    .bind(error.0)
    .bind(scope.project_number())
    .fetch_one(connection)
    .await?)
}
