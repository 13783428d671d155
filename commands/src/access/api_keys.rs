//! API keys: for programs, with scopes. Only a hash of a key is stored.

use bugsage_domain::access::{Name, Permissions, may_make_key};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bounded::Bounded;
use super::made::{check_end, revoked};
use super::{AccessError, Acting, Listed, Page, broken};

/// What an API key begins with, so that secret scanners find it.
pub const PREFIX: &str = "bsk_";

/// How far ahead the end of a key can lie.
const EXPIRY_MAX: TimeDelta = TimeDelta::days(3_653);

const WORKING: Bounded = Bounded {
    what: "API keys",
    max: 1_000,
    count: "select count(*) from api_keys where organization_id = $1 and revoked_at is null",
};

/// What is stored of a key: it has 122 bits of chance, so one round of SHA-256 is enough.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// An API key, but not the key itself.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The one project it is for; null for the whole organization.
    pub project_id: Option<i64>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it stops to work by itself; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; null if never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Who made it, as the audit log says.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An API key that was just made. Not to be printed.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiKeyMade {
    /// What is known of it later.
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// The key. It is shown this once.
    pub key: String,
}

/// An API key to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
    /// What it may do: at least one permission, and none that one does not have.
    #[schema(value_type = Vec<String>, min_items = 1)]
    pub scopes: Permissions,
    /// The one project it is for; without it the whole organization.
    #[serde(default)]
    pub project_id: Option<i64>,
    /// When it is to stop to work by itself; without it never.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "key_id as id, name, project_id, scopes, expires_at, last_used_at, created_by,
    created_at, revoked_at";

/// The keys, working or not, a page in the order of their ids; those of one project if one is named.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    project: Option<ProjectId>,
    page: &Page,
) -> Result<Listed<ApiKey>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from api_keys where organization_id = $1
            and ($2::bigint is null or project_id = $2) and ($3::uuid is null or key_id > $3)
          order by key_id limit $4"
    ))
    .bind(organization.0)
    .bind(project.map(|project| project.0))
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |key: &ApiKey| key.id))
}

/// Makes a key with this id, of this secret.
///
/// # Errors
/// [`AccessError::Refused`], [`AccessError::Invalid`], [`AccessError::TooMany`], or when the database
/// fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    asked: &NewApiKey,
    id: Uuid,
    secret: &str,
) -> Result<ApiKeyMade, AccessError> {
    let project = project_of(acting, asked.project_id)?;
    check_scopes(acting, asked.scopes, project)?;
    let possible = acting.at..acting.at + EXPIRY_MAX;
    if asked.expires_at.is_some_and(|end| !possible.contains(&end)) {
        let told = "expires_at lies ahead, by ten years at most";
        return Err(AccessError::Invalid(told.to_owned()));
    }
    let mut transaction = acting.begin(app).await?;
    check_end(&mut transaction, acting, asked.expires_at).await?;
    WORKING.room(&mut transaction, acting.organization).await?;
    let key = format!("{PREFIX}{secret}");
    sqlx::query(
        "insert into api_keys (key_id, organization_id, project_id, name, hash, scopes, expires_at,
                               created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(acting.organization.0)
    .bind(project.map(|project| project.0))
    .bind(asked.name.as_str())
    .bind(hash(&key).as_slice())
    .bind(asked.scopes.words())
    .bind(asked.expires_at)
    .bind(&acting.origin.actor)
    .bind(acting.at)
    .execute(&mut *transaction)
    .await
    .map_err(|error| {
        broken(
            error,
            &[("api_keys_project", || AccessError::Unknown("project"))],
        )
    })?;
    let api_key: ApiKey = sqlx::query_as(&format!(
        "select {COLUMNS} from api_keys where organization_id = $1 and key_id = $2"
    ))
    .bind(acting.organization.0)
    .bind(id)
    .fetch_one(&mut *transaction)
    .await?;
    let after = json!({
        "name": api_key.name, "project": project, "scopes": api_key.scopes,
        "expires_at": api_key.expires_at,
    });
    let change = (None, Some(after));
    acting
        .record(&mut transaction, "api_key.created", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(ApiKeyMade { api_key, key })
}

/// Revokes a key: it stops to work within seconds, and with it what it made.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn revoke(app: &PgPool, acting: &Acting, id: Uuid) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let ended = sqlx::query(
        "update api_keys set revoked_at = $4 where organization_id = $1 and key_id = $2
            and ($3::bigint is null or project_id = $3) and revoked_at is null",
    )
    .bind(acting.organization.0)
    .bind(id)
    .bind(acting.project.map(|project| project.0))
    .bind(acting.at)
    .execute(&mut *transaction)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(AccessError::Unknown("working API key"));
    }
    revoked(&mut transaction, acting, "api_key.revoked", subject(id)).await?;
    transaction.commit().await?;
    Ok(())
}

/// The project of a new key: the one that is asked for, or where its maker acts in one alone, that.
pub(super) fn project_of(
    acting: &Acting,
    asked: Option<i64>,
) -> Result<Option<ProjectId>, AccessError> {
    let asked = asked.map(ProjectId);
    match (acting.project, asked) {
        (Some(own), Some(asked)) if own != asked => Err(AccessError::Unknown("project")),
        (own, asked) => Ok(asked.or(own)),
    }
}

/// That somebody may make a key of such scopes.
pub(super) fn check_scopes(
    acting: &Acting,
    scopes: Permissions,
    project: Option<ProjectId>,
) -> Result<(), AccessError> {
    if scopes.is_empty() {
        let told = "scopes has at least one permission: see docs/permissions.md";
        return Err(AccessError::Invalid(told.to_owned()));
    }
    let own = acting.rights.within(project);
    Ok(may_make_key(own, scopes, project.is_some())?)
}

fn subject(id: Uuid) -> String {
    format!("api_key:{id}")
}
