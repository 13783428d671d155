//! The people of an organization.

use bugsage_domain::access::{Role, may_move};
use bugsage_domain::ids::{OrganizationId, UserId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccessError, Acting, Listed, Meaning, Page, broken};
use crate::people::Email;

/// Somebody who belongs to the organization.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct Member {
    /// The person.
    pub id: Uuid,
    /// Their address; null once they are erased.
    pub email: Option<String>,
    /// What they want to be called.
    pub name: String,
    /// owner, admin, developer, viewer or auditor.
    pub role: String,
    /// Whether they are locked out of this organization.
    pub disabled: bool,
    /// Since when they belong to it.
    pub joined_at: DateTime<Utc>,
}

/// What is to be different about a member; what is left out stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MemberChange {
    /// owner, admin, developer, viewer or auditor.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// Whether to lock them out.
    pub disabled: Option<bool>,
}

/// How events name the member who has this address: by the id, for an address must be erasable. `None`
/// where no member has it, or it is no address.
///
/// # Errors
/// When the database fails.
pub async fn named(
    app: &PgPool,
    organization: OrganizationId,
    address: &str,
) -> Result<Option<String>, sqlx::Error> {
    let Ok(email) = address.parse::<Email>() else {
        return Ok(None);
    };
    let mut transaction = tenant(app, organization).await?;
    sqlx::query_scalar(
        "select 'user:' || m.user_id from memberships m join users u using (user_id)
          where m.organization_id = $1 and u.email = $2",
    )
    .bind(organization.0)
    .bind(email.as_str())
    .fetch_optional(&mut *transaction)
    .await
}

const COLUMNS: &str =
    "m.user_id as id, u.email, u.name, m.role, m.disabled_at is not null as disabled,
    m.created_at as joined_at";

/// The members, a page in the order of their ids.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<Member>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from memberships m join users u using (user_id)
          where m.organization_id = $1 and ($2::uuid is null or m.user_id > $2)
          order by m.user_id limit $3"
    ))
    .bind(organization.0)
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |member: &Member| member.id))
}

/// One of them.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn get(
    app: &PgPool,
    organization: OrganizationId,
    user: UserId,
) -> Result<Member, AccessError> {
    let mut transaction = tenant(app, organization).await?;
    one(&mut transaction, organization, user).await
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
) -> Result<Member, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from memberships m join users u using (user_id)
          where m.organization_id = $1 and m.user_id = $2"
    ))
    .bind(organization.0)
    .bind(user.0)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("member"))
}

const BY_PROVIDER: Meaning = ("memberships_by_provider", || {
    let told = "whoever came by an identity provider is no owner: invite them, and they belong here themselves";
    AccessError::Conflict(told.to_owned())
});

/// Gives a member another role, or locks them out or in again.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], [`AccessError::Conflict`], or when the database
/// fails.
pub async fn change(
    app: &PgPool,
    acting: &Acting,
    user: UserId,
    change: MemberChange,
) -> Result<Member, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let found = locked(&mut transaction, acting, user).await?;
    let role = change.role.unwrap_or(found.role);
    let disabled = change.disabled.unwrap_or(found.disabled);
    may_move(
        acting.everywhere(),
        found.role,
        Some(role),
        found.other_owners,
    )?;
    if disabled {
        // An owner who is locked out answers for nothing.
        may_move(acting.everywhere(), found.role, None, found.other_owners)?;
    }
    if (role, disabled) != (found.role, found.disabled) {
        sqlx::query(
            "update memberships
                set role = $3, disabled_at = case when $4 then coalesce(disabled_at, $5) end
              where organization_id = $1 and user_id = $2",
        )
        .bind(acting.organization.0)
        .bind(user.0)
        .bind(role.as_str())
        .bind(disabled)
        .bind(acting.at)
        .execute(&mut *transaction)
        .await
        .map_err(|error| broken(error, &[BY_PROVIDER]))?;
        let after = json!({ "role": role, "disabled": disabled });
        let change = (Some(found.told()), Some(after));
        let (action, subject) = ("membership.changed", format!("user:{user}"));
        acting
            .record(&mut transaction, action, subject, change)
            .await?;
    }
    let changed = one(&mut transaction, acting.organization, user).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Takes a member out of the organization, with their roles in projects and their places in teams.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn remove(app: &PgPool, acting: &Acting, user: UserId) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let found = locked(&mut transaction, acting, user).await?;
    may_move(acting.everywhere(), found.role, None, found.other_owners)?;
    sqlx::query("delete from memberships where organization_id = $1 and user_id = $2")
        .bind(acting.organization.0)
        .bind(user.0)
        .execute(&mut *transaction)
        .await?;
    let change = (Some(found.told()), None);
    let (action, subject) = ("membership.removed", format!("user:{user}"));
    acting
        .record(&mut transaction, action, subject, change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// A membership that nobody else changes now.
struct Locked {
    role: Role,
    disabled: bool,
    /// Owners beside this member who are not locked out.
    other_owners: u64,
}

impl Locked {
    fn told(&self) -> Value {
        json!({ "role": self.role, "disabled": self.disabled })
    }
}

/// Locks the member and all owners, in the order of their ids: two owners who remove each other
/// come one after the other.
async fn locked(
    connection: &mut PgConnection,
    acting: &Acting,
    user: UserId,
) -> Result<Locked, AccessError> {
    let rows: Vec<(Uuid, String, bool)> = sqlx::query_as(
        "select user_id, role, disabled_at is not null from memberships
          where organization_id = $1 and (user_id = $2 or role = 'owner')
          order by user_id for update",
    )
    .bind(acting.organization.0)
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(id, ..)| *id == user.0);
    let (_, role, disabled) = own.first().ok_or(AccessError::Unknown("member"))?;
    let owners = others
        .iter()
        .filter(|(_, role, disabled)| role == "owner" && !disabled);
    Ok(Locked {
        role: role
            .parse()
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        disabled: *disabled,
        other_owners: owners.count() as u64,
    })
}
