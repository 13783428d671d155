//! Service accounts: programs that exchange a secret for tokens which last minutes. Only a hash of
//! the secret is stored.

use bugsage_domain::access::{Name, Permissions};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api_keys::{check_scopes, hash, project_of};
use super::bounded::Bounded;
use super::made::{check_end, revoked};
use super::{AccessError, Acting, Listed, Page, broken};

/// What the secret of a service account begins with, so that secret scanners find it.
pub const PREFIX: &str = "bss_";

const WORKING: Bounded = Bounded {
    what: "service accounts",
    max: 1_000,
    count: "select count(*) from service_accounts where organization_id = $1 and revoked_at is null",
};

/// A service account, but not its secret.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct ServiceAccount {
    /// Its id, which is also the `client_id` of OAuth.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The one project it is for; null for the whole organization.
    pub project_id: Option<i64>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Who made it, as the audit log says.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it got the secret it has, if not then.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; null if never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A service account with a secret that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceAccountMade {
    /// What is known of it later.
    #[serde(flatten)]
    pub account: ServiceAccount,
    /// The `client_secret` of OAuth. It is shown this once.
    pub secret: String,
}

/// A service account to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServiceAccount {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
    /// What it may do: at least one permission, and none that one does not have.
    #[schema(value_type = Vec<String>, min_items = 1)]
    pub scopes: Permissions,
    /// The one project it is for; without it the whole organization.
    #[serde(default)]
    pub project_id: Option<i64>,
}

const COLUMNS: &str =
    "account_id as id, name, project_id, scopes, created_by, created_at, rotated_at,
    last_used_at, revoked_at";

/// The accounts, working or not, a page in the order of their ids.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<ServiceAccount>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from service_accounts
          where organization_id = $1 and ($2::uuid is null or account_id > $2)
          order by account_id limit $3"
    ))
    .bind(organization.0)
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |account: &ServiceAccount| account.id))
}

/// Makes an account with this id, its secret made of this one.
///
/// # Errors
/// [`AccessError::Refused`], [`AccessError::Invalid`], [`AccessError::TooMany`], or when the database
/// fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    asked: &NewServiceAccount,
    id: Uuid,
    secret: &str,
) -> Result<ServiceAccountMade, AccessError> {
    let project = project_of(acting, asked.project_id)?;
    check_scopes(acting, asked.scopes, project)?;
    let mut transaction = acting.begin(app).await?;
    check_end(&mut transaction, acting, None).await?;
    WORKING.room(&mut transaction, acting.organization).await?;
    let secret = format!("{PREFIX}{secret}");
    sqlx::query(
        "insert into service_accounts (account_id, organization_id, project_id, name, scopes, hash,
                                       created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(acting.organization.0)
    .bind(project.map(|project| project.0))
    .bind(asked.name.as_str())
    .bind(asked.scopes.words())
    .bind(hash(&secret).as_slice())
    .bind(&acting.origin.actor)
    .bind(acting.at)
    .execute(&mut *transaction)
    .await
    .map_err(|error| {
        broken(
            error,
            &[("service_accounts_project", || {
                AccessError::Unknown("project")
            })],
        )
    })?;
    let account = one(&mut transaction, acting.organization, id).await?;
    let after = json!({ "name": account.name, "project": project, "scopes": account.scopes });
    let change = (None, Some(after));
    acting
        .record(
            &mut transaction,
            "service_account.created",
            subject(id),
            change,
        )
        .await?;
    transaction.commit().await?;
    Ok(ServiceAccountMade { account, secret })
}

/// Gives an account another secret; the one before stops to work at once, and tokens that were given for
/// it within seconds.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn rotate(
    app: &PgPool,
    acting: &Acting,
    id: Uuid,
    secret: &str,
) -> Result<ServiceAccountMade, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let account = one(&mut transaction, acting.organization, id).await?;
    // Whoever gets its secret gets what it may do.
    let scopes = Permissions::of_known(&account.scopes);
    check_scopes(acting, scopes, account.project_id.map(ProjectId))?;
    let secret = format!("{PREFIX}{secret}");
    let rotated = sqlx::query(
        // Later than the last time, whatever the clock of the node says that did it.
        "update service_accounts
            set hash = $3, rotated_at = greatest($4, rotated_at + interval '1 microsecond')
          where organization_id = $1 and account_id = $2 and revoked_at is null",
    )
    .bind(acting.organization.0)
    .bind(id)
    .bind(hash(&secret).as_slice())
    .bind(acting.at)
    .execute(&mut *transaction)
    .await?;
    if rotated.rows_affected() == 0 {
        return Err(AccessError::Unknown("working service account"));
    }
    let change = (None, None);
    acting
        .record(
            &mut transaction,
            "service_account.rotated",
            subject(id),
            change,
        )
        .await?;
    let account = one(&mut transaction, acting.organization, id).await?;
    transaction.commit().await?;
    Ok(ServiceAccountMade { account, secret })
}

/// Revokes an account: its secret stops to work at once, its tokens within seconds, and with them the
/// keys it made.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn revoke(app: &PgPool, acting: &Acting, id: Uuid) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let ended = sqlx::query(
        "update service_accounts set revoked_at = $3
          where organization_id = $1 and account_id = $2 and revoked_at is null",
    )
    .bind(acting.organization.0)
    .bind(id)
    .bind(acting.at)
    .execute(&mut *transaction)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(AccessError::Unknown("working service account"));
    }
    revoked(
        &mut transaction,
        acting,
        "service_account.revoked",
        subject(id),
    )
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// An account whose secret was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proved {
    /// What it may do.
    pub scopes: Permissions,
    /// The version of its secret, higher than all before: when it was rotated, in microseconds since
    /// 1970, or 0.
    pub secret: i64,
}

/// The account with this id and secret, for a token; its id and the version of the secret are all that
/// the token need name.
///
/// # Errors
/// When the database fails.
pub async fn with_secret(
    app: &PgPool,
    id: Uuid,
    secret: &str,
) -> Result<Option<Proved>, sqlx::Error> {
    let found: Option<(Vec<String>, i64)> =
        sqlx::query_as("select scopes, secret from find_service_account($1, $2)")
            .bind(id)
            .bind(hash(secret).as_slice())
            .fetch_optional(app)
            .await?;
    Ok(found.map(|(scopes, secret)| Proved {
        scopes: Permissions::of_known(&scopes),
        secret,
    }))
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
) -> Result<ServiceAccount, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from service_accounts where organization_id = $1 and account_id = $2"
    ))
    .bind(organization.0)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("service account"))
}

fn subject(id: Uuid) -> String {
    format!("service_account:{id}")
}
