//! DSN keys: what SDKs send with. Several a project, so that one can be ended and the others go on.

use bugsage_domain::access::Name;
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccessError, Acting};
use crate::clock::Clock;

/// Keys of one project.
const KEYS_MAX: i64 = 100;
/// Occurrences a minute that a key can be limited to.
const RATE_LIMIT: std::ops::RangeInclusive<i32> = 1..=1_000_000;

/// A DSN key.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct DsnKey {
    /// Its id.
    pub id: Uuid,
    /// The public part of the DSN.
    pub public_key: String,
    /// What an SDK is configured with.
    #[sqlx(default)]
    pub dsn: String,
    /// What it is called; may be empty.
    pub label: String,
    /// Whether it is taken.
    pub enabled: bool,
    /// Occurrences a minute; null for as many as the service takes.
    pub rate_limit: Option<i32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A DSN key to make.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewDsnKey {
    /// 1–100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub label: Option<Name>,
    /// 1 to 1,000,000 occurrences a minute; without it as many as the service takes.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub rate_limit: Option<i32>,
}

/// What is to be different about a DSN key; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DsnKeyChange {
    /// 1–100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub label: Option<Name>,
    /// Whether it is taken.
    pub enabled: Option<bool>,
    /// 1 to 1,000,000 occurrences a minute; null for as many as the service takes.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub rate_limit: Option<Option<i32>>,
}

/// Tells `null` (take it away) from a field left out.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<i32>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// The chance that a new key is made of.
#[derive(Debug)]
pub struct Fresh {
    id: Uuid,
    public_key: String,
}

impl Fresh {
    /// Drawn from the clock.
    #[must_use]
    pub fn draw(clock: &Clock) -> Self {
        Self {
            id: clock.new_id(),
            public_key: clock.new_secret(),
        }
    }
}

impl DsnKey {
    /// With its DSN, which tells an SDK where the service is.
    #[must_use]
    pub fn at(mut self, public_url: &str, project: ProjectId) -> Self {
        let (scheme, host) = public_url.split_once("://").unwrap_or(("http", public_url));
        self.dsn = format!("{scheme}://{}@{host}/{project}", self.public_key);
        self
    }

    fn told(&self) -> Value {
        json!({ "label": self.label, "enabled": self.enabled, "rate_limit": self.rate_limit })
    }
}

const COLUMNS: &str = "key_id as id, public_key, label, enabled, rate_limit, created_at";

/// The keys of a project, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Vec<DsnKey>, AccessError> {
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from dsn_keys where organization_id = $1 and project_id = $2
          order by created_at, key_id"
    ))
    .bind(organization.0)
    .bind(project.0)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(found)
}

/// Makes a key.
///
/// # Errors
/// [`AccessError::Invalid`], [`AccessError::TooMany`], or when the database fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    asked: &NewDsnKey,
    fresh: Fresh,
) -> Result<DsnKey, AccessError> {
    check(asked.rate_limit)?;
    let mut transaction = acting.begin(app).await?;
    let label = asked.label.as_ref().map_or("", Name::as_str);
    let made = insert(
        &mut transaction,
        acting,
        project,
        fresh,
        label,
        asked.rate_limit,
    )
    .await?;
    transaction.commit().await?;
    Ok(made)
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    acting: &Acting,
    project: ProjectId,
    fresh: Fresh,
    label: &str,
    rate_limit: Option<i32>,
) -> Result<DsnKey, AccessError> {
    let there: i64 = sqlx::query_scalar(
        "select count(*) from dsn_keys where organization_id = $1 and project_id = $2",
    )
    .bind(acting.organization.0)
    .bind(project.0)
    .fetch_one(&mut *connection)
    .await?;
    if there >= KEYS_MAX {
        return Err(AccessError::TooMany {
            what: "keys of this project",
            max: KEYS_MAX,
        });
    }
    let made: DsnKey = sqlx::query_as(&format!(
        "insert into dsn_keys (key_id, public_key, organization_id, project_id, label, rate_limit, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning {COLUMNS}"
    ))
    .bind(fresh.id)
    .bind(fresh.public_key)
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(label)
    .bind(rate_limit)
    .bind(acting.at)
    .fetch_one(&mut *connection)
    .await?;
    let change = (None, Some(made.told()));
    acting
        .record(connection, "dsn_key.created", subject(made.id), change)
        .await?;
    Ok(made)
}

/// Changes what is given.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Invalid`], or when the database fails.
pub async fn change(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    key: Uuid,
    change: &DsnKeyChange,
) -> Result<DsnKey, AccessError> {
    check(change.rate_limit.flatten())?;
    let mut transaction = acting.begin(app).await?;
    let before = locked(&mut transaction, acting, project, key).await?;
    let after: DsnKey = sqlx::query_as(&format!(
        "update dsn_keys set label = coalesce($4, label), enabled = coalesce($5, enabled),
                rate_limit = case when $6 then $7 else rate_limit end
          where organization_id = $1 and project_id = $2 and key_id = $3 returning {COLUMNS}"
    ))
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(key)
    .bind(change.label.as_ref().map(Name::as_str))
    .bind(change.enabled)
    .bind(change.rate_limit.is_some())
    .bind(change.rate_limit.flatten())
    .fetch_one(&mut *transaction)
    .await?;
    if before != after {
        let change = (Some(before.told()), Some(after.told()));
        acting
            .record(&mut transaction, "dsn_key.changed", subject(key), change)
            .await?;
    }
    transaction.commit().await?;
    Ok(after)
}

/// Makes a key like this one and disables this one. To go over without a gap, make one first and
/// disable the old one later.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::TooMany`], or when the database fails.
pub async fn rotate(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    key: Uuid,
    fresh: Fresh,
) -> Result<DsnKey, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let old = locked(&mut transaction, acting, project, key).await?;
    let (label, limit) = (old.label.as_str(), old.rate_limit);
    let made = insert(&mut transaction, acting, project, fresh, label, limit).await?;
    sqlx::query(
        "update dsn_keys set enabled = false where organization_id = $1 and project_id = $2 and key_id = $3",
    )
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(key)
    .execute(&mut *transaction)
    .await?;
    let after = json!({ "enabled": false, "replaced_by": made.id });
    let change = (Some(old.told()), Some(after));
    acting
        .record(&mut transaction, "dsn_key.rotated", subject(key), change)
        .await?;
    transaction.commit().await?;
    Ok(made)
}

/// Deletes a key.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn delete(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    key: Uuid,
) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let before = locked(&mut transaction, acting, project, key).await?;
    sqlx::query(
        "delete from dsn_keys where organization_id = $1 and project_id = $2 and key_id = $3",
    )
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(key)
    .execute(&mut *transaction)
    .await?;
    let change = (Some(before.told()), None);
    acting
        .record(&mut transaction, "dsn_key.deleted", subject(key), change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn locked(
    connection: &mut PgConnection,
    acting: &Acting,
    project: ProjectId,
    key: Uuid,
) -> Result<DsnKey, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from dsn_keys
          where organization_id = $1 and project_id = $2 and key_id = $3 for update"
    ))
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("key"))
}

fn check(rate_limit: Option<i32>) -> Result<(), AccessError> {
    if rate_limit.is_some_and(|limit| !RATE_LIMIT.contains(&limit)) {
        let told = "rate_limit is 1 to 1,000,000 occurrences a minute";
        return Err(AccessError::Invalid(told.to_owned()));
    }
    Ok(())
}

fn subject(key: Uuid) -> String {
    format!("dsn_key:{key}")
}
