//! Projects and their settings.

use bugsage_domain::access::Name;
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;

use super::bounded::Bounded;
use super::dsn_keys::{self, DsnKey, Fresh};
use super::{AccessError, Acting, Listed, Page, broken};

const PROJECTS: Bounded = Bounded {
    what: "projects",
    max: 1_000,
    count: "select count(*) from projects where organization_id = $1",
};
/// Days for which occurrences can be kept.
const RETENTION: std::ops::RangeInclusive<i32> = 1..=3_650;
/// Parts of keys that are scrubbed beyond those that always are.
const SCRUB_KEYS_MAX: usize = 100;
/// Characters of one of them.
const SCRUB_KEY_MAX: usize = 100;

/// A project and its settings.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct Project {
    /// Its number: the end of its DSNs.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Days for which the payloads of occurrences are kept.
    pub retention_days: i32,
    /// E-mail addresses are scrubbed.
    pub scrub_emails: bool,
    /// IP addresses are scrubbed.
    pub scrub_ip_addresses: bool,
    /// Parts of keys whose values are scrubbed, beyond those that always are.
    pub scrub_keys: Vec<String>,
    /// Whether new errors join those of the project that they are like.
    pub join_similar: bool,
    /// Where its source is, as far as analyses read it.
    pub repository: Option<String>,
    /// Whether it takes no more occurrences; what it has can be read.
    pub closed: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A project that was just made, with its first DSN key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectMade {
    /// The project.
    #[serde(flatten)]
    pub project: Project,
    /// For its SDKs.
    pub key: DsnKey,
}

/// A project to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
}

/// New settings of a project; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectChange {
    /// 1–100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub name: Option<Name>,
    /// 1 to 3,650 days for which the payloads of occurrences are kept.
    #[schema(minimum = 1, maximum = 3650)]
    pub retention_days: Option<i32>,
    /// Whether e-mail addresses are scrubbed.
    pub scrub_emails: Option<bool>,
    /// Whether IP addresses are scrubbed.
    pub scrub_ip_addresses: Option<bool>,
    /// The whole list of parts of keys whose values are scrubbed: at most 100, of 1–100 characters.
    pub scrub_keys: Option<Vec<String>>,
    /// Whether new errors join those of the project that they are like.
    pub join_similar: Option<bool>,
    /// Where its source is: an address of https, or the whole path of a folder that an operator allows.
    /// Whoever sees the project's analyses sees lines of it. Null for none.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    pub repository: Option<Option<String>>,
    /// Whether it is to take no more occurrences.
    pub closed: Option<bool>,
}

const COLUMNS: &str =
    "project_id as id, name, retention_days, scrub_emails, scrub_ip_addresses, scrub_keys,
    join_similar, repository, closed_at is not null as closed, created_at";

const TAKEN: (&str, fn() -> AccessError) = ("projects_name", || {
    AccessError::Conflict("there is a project of this name already".to_owned())
});

/// The projects, a page in the order of their numbers; one alone if one is named.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    only: Option<ProjectId>,
    page: &Page,
) -> Result<Listed<Project>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<i64>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from projects where organization_id = $1
            and ($2::bigint is null or project_id = $2) and ($3::bigint is null or project_id > $3)
          order by project_id limit $4"
    ))
    .bind(organization.0)
    .bind(only.map(|project| project.0))
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |project: &Project| project.id))
}

/// One project.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn get(
    app: &PgPool,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Project, AccessError> {
    let mut transaction = tenant(app, organization).await?;
    one(&mut transaction, organization, project).await
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Project, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from projects where organization_id = $1 and project_id = $2"
    ))
    .bind(organization.0)
    .bind(project.0)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("project"))
}

/// Makes a project with its first DSN key.
///
/// # Errors
/// [`AccessError::Conflict`], [`AccessError::TooMany`], or when the database fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    name: &Name,
    key: Fresh,
) -> Result<ProjectMade, AccessError> {
    let mut transaction = acting.begin(app).await?;
    PROJECTS.room(&mut transaction, acting.organization).await?;
    let project: Project = sqlx::query_as(&format!(
        "insert into projects (organization_id, name) values ($1, $2) returning {COLUMNS}"
    ))
    .bind(acting.organization.0)
    .bind(name.as_str())
    .fetch_one(&mut *transaction)
    .await
    .map_err(|error| broken(error, &[TAKEN]))?;
    let id = ProjectId(project.id);
    let change = (None, Some(json!(project)));
    acting
        .record(&mut transaction, "project.created", subject(id), change)
        .await?;
    let key = dsn_keys::insert(&mut transaction, acting, id, key, "first", None).await?;
    transaction.commit().await?;
    Ok(ProjectMade { project, key })
}

/// Changes what is given.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Invalid`], [`AccessError::Conflict`], or when the
/// database fails.
pub async fn change(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    change: &ProjectChange,
) -> Result<Project, AccessError> {
    let scrub_keys = change.checked()?;
    let mut transaction = acting.begin(app).await?;
    sqlx::query("select 1 from projects where organization_id = $1 and project_id = $2 for update")
        .bind(acting.organization.0)
        .bind(project.0)
        .execute(&mut *transaction)
        .await?;
    let before = one(&mut transaction, acting.organization, project).await?;
    let after: Project = sqlx::query_as(&format!(
        "update projects set name = coalesce($3, name), retention_days = coalesce($4, retention_days),
                scrub_emails = coalesce($5, scrub_emails),
                scrub_ip_addresses = coalesce($6, scrub_ip_addresses),
                scrub_keys = coalesce($7, scrub_keys),
                closed_at = case when coalesce($8, closed_at is not null) then coalesce(closed_at, $9) end,
                join_similar = coalesce($10, join_similar),
                repository = case when $11 then $12 else repository end
          where organization_id = $1 and project_id = $2 returning {COLUMNS}"
    ))
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(change.name.as_ref().map(Name::as_str))
    .bind(change.retention_days)
    .bind(change.scrub_emails)
    .bind(change.scrub_ip_addresses)
    .bind(scrub_keys)
    .bind(change.closed)
    .bind(acting.at)
    .bind(change.join_similar)
    .bind(change.repository.is_some())
    .bind(change.repository.as_ref().and_then(Option::as_deref))
    .fetch_one(&mut *transaction)
    .await
    .map_err(|error| broken(error, &[TAKEN]))?;
    if before != after {
        let change = (Some(json!(before)), Some(json!(after)));
        acting
            .record(
                &mut transaction,
                "project.changed",
                subject(project),
                change,
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(after)
}

impl ProjectChange {
    /// The parts of keys to scrub, once all values are such as are taken.
    fn checked(&self) -> Result<Option<Vec<&str>>, AccessError> {
        let wrong = |told: String| Err(AccessError::Invalid(told));
        if self
            .retention_days
            .is_some_and(|days| !RETENTION.contains(&days))
        {
            return wrong("retention_days is 1 to 3,650".to_owned());
        }
        let Some(keys) = &self.scrub_keys else {
            return Ok(None);
        };
        if keys.len() > SCRUB_KEYS_MAX {
            return wrong(format!("scrub_keys has at most {SCRUB_KEYS_MAX} elements"));
        }
        let keys: Vec<_> = keys.iter().map(|key| key.trim()).collect();
        let fits = |key: &&str| {
            (1..=SCRUB_KEY_MAX).contains(&key.chars().count()) && !key.chars().any(char::is_control)
        };
        match keys.iter().all(fits) {
            true => Ok(Some(keys)),
            false => wrong(format!(
                "each of scrub_keys has 1 to {SCRUB_KEY_MAX} characters, none of them a control character"
            )),
        }
    }
}

/// A field that is there, null or not.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

fn subject(project: ProjectId) -> String {
    format!("project:{project}")
}
