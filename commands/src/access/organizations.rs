//! Organizations themselves.

use bugsage_domain::access::{Name, Role};
use bugsage_domain::ids::{OrganizationId, UserId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccessError, Acting};

/// Organizations that one person may belong to and still make another.
const PER_PERSON: i64 = 100;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct Organization {
    /// Its id, for `X-BugSage-Organization`.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An organization as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct OwnOrganization {
    /// Its id, for `X-BugSage-Organization`.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What one is there: owner, admin, developer, viewer or auditor.
    pub role: String,
    /// Whether an admin has one locked out.
    pub disabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What an organization is called.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationName {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
}

/// Those a person belongs to, oldest first; of a session that is confined to one, that one.
///
/// # Errors
/// When the database fails.
pub async fn of_person(
    app: &PgPool,
    person: UserId,
    confined: Option<OrganizationId>,
) -> Result<Vec<OwnOrganization>, AccessError> {
    let found = sqlx::query_as("select * from find_organizations($1, $2)")
        .bind(person.0)
        .bind(confined.map(|organization| organization.0))
        .fetch_all(app)
        .await?;
    Ok(found)
}

/// The one somebody acts in.
///
/// # Errors
/// When the database fails.
pub async fn get(app: &PgPool, id: OrganizationId) -> Result<Organization, AccessError> {
    let mut transaction = tenant(app, id).await?;
    let found = sqlx::query_as(
        "select organization_id as id, name, created_at from organizations where organization_id = $1",
    )
    .bind(id.0)
    .fetch_optional(&mut *transaction)
    .await?;
    found.ok_or(AccessError::Unknown("organization"))
}

/// Makes one, with this person as its owner. `acting` names it by a new id.
///
/// # Errors
/// [`AccessError::TooMany`], or when the database fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    person: UserId,
    name: &Name,
) -> Result<Organization, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let theirs: i64 =
        sqlx::query_scalar("select count(*) from find_memberships($1) where not by_provider")
            .bind(person.0)
            .fetch_one(&mut *transaction)
            .await?;
    if theirs >= PER_PERSON {
        return Err(AccessError::TooMany {
            what: "organizations of yours",
            max: PER_PERSON,
        });
    }
    sqlx::query("insert into organizations (organization_id, name) values ($1, $2)")
        .bind(acting.organization.0)
        .bind(name.as_str())
        .execute(&mut *transaction)
        .await?;
    let created = sqlx::query_as(
        "select organization_id as id, name, created_at from organizations where organization_id = $1",
    )
    .bind(acting.organization.0)
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query("insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)")
        .bind(acting.organization.0)
        .bind(person.0)
        .bind(Role::Owner.as_str())
        .bind(acting.at)
        .execute(&mut *transaction)
        .await?;
    let subject = format!("organization:{}", acting.organization);
    let after = json!({ "name": name, "owner": person });
    let change = (None, Some(after));
    let (action, made) = ("organization.created", subject);
    acting
        .record(&mut transaction, action, made, change)
        .await?;
    transaction.commit().await?;
    Ok(created)
}

/// Calls it something else.
///
/// # Errors
/// When the database fails.
pub async fn rename(
    app: &PgPool,
    acting: &Acting,
    name: &Name,
) -> Result<Organization, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let before: String =
        sqlx::query_scalar("select name from organizations where organization_id = $1 for update")
            .bind(acting.organization.0)
            .fetch_one(&mut *transaction)
            .await?;
    let renamed = sqlx::query_as(
        "update organizations set name = $2 where organization_id = $1
         returning organization_id as id, name, created_at",
    )
    .bind(acting.organization.0)
    .bind(name.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    if before != name.as_str() {
        let subject = format!("organization:{}", acting.organization);
        let change = (
            Some(json!({ "name": before })),
            Some(json!({ "name": name })),
        );
        let action = "organization.renamed";
        acting
            .record(&mut transaction, action, subject, change)
            .await?;
    }
    transaction.commit().await?;
    Ok(renamed)
}
