//! What operators see of jobs and do to them; each change with its record in the audit log.

use bugsage_commands::access::{AccessError, Listed, Page};
use bugsage_commands::audit::{self, Origin, Record};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// For a worker, or for its next try.
    Waiting,
    /// Somebody is at it.
    Running,
    /// Done; kept for a week.
    Done,
    /// Given up; kept for 90 days.
    Dead,
}

impl JobState {
    /// The word used in JSON and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize, ToSchema)]
pub struct ListedJob {
    /// Its id.
    pub id: Uuid,
    /// Its place in the order in which jobs were asked for; gaps mean nothing.
    pub number: i64,
    /// Whose it is.
    pub organization_id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// `critical`, `normal` or `backlog`.
    pub priority: String,
    /// `waiting`, `running`, `done` or `dead`.
    pub state: String,
    /// How often it was begun.
    pub tries: i32,
    /// When it may be taken; while it runs, when its lease ends.
    pub due_at: DateTime<Utc>,
    /// The node that is at it.
    pub holder: Option<String>,
    /// The saga that asked for it.
    pub saga: String,
    /// On which domain event.
    pub position: i64,
    /// What the saga gave along.
    #[schema(value_type = Object)]
    pub payload: Value,
    /// What came of it, as its kind tells it.
    #[schema(value_type = Value)]
    pub result: Option<Value>,
    /// Why the last try failed.
    pub last_failure: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was done or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "job_id as id, number, organization_id, kind,
    (array['critical', 'normal', 'backlog'])[priority + 1] as priority, state, tries, due_at, holder, saga,
    position, payload, result, last_failure, created_at, finished_at";

/// Jobs, newest first: of an organization as the app, or of all as the owner.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    connection: &mut PgConnection,
    organization: Option<OrganizationId>,
    (state, kind): (Option<JobState>, Option<&str>),
    page: &Page,
) -> Result<Listed<ListedJob>, AccessError> {
    let (rows, before) = (page.rows()?, page.after::<i64>()?);
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from jobs
          where ($1::uuid is null or organization_id = $1) and ($2::text is null or state = $2)
            and ($3::text is null or kind = $3) and ($4::bigint is null or number < $4)
          order by number desc limit $5"
    ))
    .bind(organization.map(|id| id.0))
    .bind(state.map(JobState::as_str))
    .bind(kind)
    .bind(before)
    .bind(rows)
    .fetch_all(connection)
    .await?;
    Ok(page.of(found, |entry: &ListedJob| entry.number))
}

/// Who does something to a job, when.
#[derive(Debug, Clone)]
pub struct By {
    /// For the record.
    pub origin: Origin,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// Lets a dead letter be tried again, with all its tries.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Conflict`] for one that is not dead, or the database's.
pub async fn retry(
    database: &PgPool,
    organization: OrganizationId,
    job: Uuid,
    by: &By,
) -> Result<(), AccessError> {
    let change = Change {
        function: "retry_job",
        action: "job.retried",
        from: &["dead"],
        refusal: "only a dead job can be retried",
    };
    change.make(database, organization, job, by).await
}

/// Drops a job that is dead or waits: it will not be done.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Conflict`] for one that runs or is done, or the database's.
pub async fn remove(
    database: &PgPool,
    organization: OrganizationId,
    job: Uuid,
    by: &By,
) -> Result<(), AccessError> {
    let change = Change {
        function: "drop_job",
        action: "job.dropped",
        from: &["dead", "waiting"],
        refusal: "only a job that is dead or waits can be dropped",
    };
    change.make(database, organization, job, by).await
}

struct Change {
    function: &'static str,
    action: &'static str,
    from: &'static [&'static str],
    refusal: &'static str,
}

impl Change {
    async fn make(
        &self,
        database: &PgPool,
        organization: OrganizationId,
        job: Uuid,
        by: &By,
    ) -> Result<(), AccessError> {
        let mut transaction = tenant(database, organization).await?;
        let statement = format!("select {COLUMNS} from {}($1, $2)", self.function);
        let was: Option<ListedJob> = sqlx::query_as(&statement)
            .bind(organization.0)
            .bind(job)
            .fetch_optional(&mut *transaction)
            .await?;
        let was = was.ok_or(AccessError::Unknown("job"))?;
        if !self.from.contains(&was.state.as_str()) {
            let told = format!("the job is {}: {}", was.state, self.refusal);
            return Err(AccessError::Conflict(told));
        }
        let record = Record {
            organization: Some(organization),
            user: None,
            at: by.at,
            action: self.action,
            subject: format!("job:{job}"),
            before: Some(
                json!({"kind": was.kind, "state": was.state, "tries": was.tries,
                                "last_failure": was.last_failure}),
            ),
            after: None,
        };
        audit::record(&mut transaction, &by.origin, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Jobs of one kind and state that are not done.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Number {
    /// What is to be done.
    pub kind: String,
    /// `waiting`, `running` or `dead`.
    pub state: String,
    /// How many.
    pub jobs: i64,
    /// For how many seconds the oldest of them has been due.
    pub oldest: f64,
}

/// How many jobs there are of each kind and state, done ones aside. As the projector.
///
/// # Errors
/// When the database fails.
pub async fn numbers(projector: &PgPool) -> Result<Vec<Number>, sqlx::Error> {
    sqlx::query_as("select * from job_numbers()")
        .fetch_all(projector)
        .await
}
