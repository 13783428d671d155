//! Invitations: how people come into an organization. Only a hash of the token is stored.

use std::str::FromStr;

use bugsage_domain::access::{Role, may_grant};
use bugsage_domain::ids::{OrganizationId, UserId};
use bugsage_event_store::tenant;
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api_keys::hash;
use super::bounded::Bounded;
use super::{AccessError, Acting, Listed, Page, broken};
use crate::audit::{self, Origin, Record};
use crate::people::Email;

/// What the token of an invitation begins with.
pub const PREFIX: &str = "bsi_";
/// How long an invitation holds.
const VALID: TimeDelta = TimeDelta::days(7);

const OPEN: Bounded = Bounded {
    what: "open invitations",
    max: 1_000,
    count: "select count(*) from invitations
             where organization_id = $1 and accepted_at is null and revoked_at is null",
};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// Who is invited; null once they came.
    pub email: Option<String>,
    /// What they are to be.
    pub role: String,
    /// Who invited them, as the audit log says.
    pub invited_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
    /// When they came.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An invitation that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationMade {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// What the invited person accepts it with. It is shown this once.
    pub token: String,
}

/// Somebody to invite.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Their e-mail address, as their account has it or will have it.
    #[serde(deserialize_with = "address")]
    #[schema(value_type = String, max_length = 254)]
    pub email: Email,
    /// owner, admin, developer, viewer or auditor.
    #[schema(value_type = String)]
    pub role: Role,
}

fn address<'de, D: Deserializer<'de>>(field: D) -> Result<Email, D::Error> {
    let text = String::deserialize(field)?;
    Email::from_str(&text).map_err(D::Error::custom)
}

/// An invitation as the one who has its token finds it.
#[derive(Debug, Clone, FromRow)]
pub struct Found {
    /// Its id.
    pub invitation_id: Uuid,
    /// Into where.
    pub organization_id: Uuid,
    /// For whom.
    pub email: Option<String>,
    /// As what.
    pub role: String,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
}

const COLUMNS: &str =
    "invitation_id as id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at";

/// The invitations, a page in the order of their ids.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<Invitation>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from invitations
          where organization_id = $1 and ($2::uuid is null or invitation_id > $2)
          order by invitation_id limit $3"
    ))
    .bind(organization.0)
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |invitation: &Invitation| invitation.id))
}

/// Invites somebody, under this id and with a token made of this secret.
///
/// # Errors
/// [`AccessError::Refused`], [`AccessError::Conflict`], [`AccessError::TooMany`], or when the
/// database fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    asked: &NewInvitation,
    id: Uuid,
    secret: &str,
) -> Result<InvitationMade, AccessError> {
    may_grant(acting.everywhere(), asked.role.permissions())?;
    let mut transaction = acting.begin(app).await?;
    OPEN.room(&mut transaction, acting.organization).await?;
    clear(&mut transaction, acting, &asked.email).await?;
    let token = format!("{PREFIX}{secret}");
    sqlx::query(
        "insert into invitations (invitation_id, organization_id, email, role, hash, invited_by, created_at,
                                  expires_at, letter_due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
    )
    .bind(id)
    .bind(acting.organization.0)
    .bind(asked.email.as_str())
    .bind(asked.role.as_str())
    .bind(hash(&token).as_slice())
    .bind(&acting.origin.actor)
    .bind(acting.at)
    .bind(acting.at + VALID)
    .execute(&mut *transaction)
    .await
    .map_err(|error| {
        broken(
            error,
            &[("invitations_open", || {
                let told = "this address is invited already: take that invitation back first";
                AccessError::Conflict(told.to_owned())
            })],
        )
    })?;
    let invitation = one(&mut transaction, acting.organization, id).await?;
    // Not the address: the audit log keeps nothing that must be erasable.
    let change = (None, Some(json!({ "role": asked.role })));
    acting
        .record(&mut transaction, "invitation.created", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(InvitationMade { invitation, token })
}

/// Makes way for a new invitation: a member needs none, and one that no longer holds is over.
async fn clear(
    connection: &mut PgConnection,
    acting: &Acting,
    email: &Email,
) -> Result<(), AccessError> {
    let member: bool = sqlx::query_scalar(
        "select exists (select 1 from memberships m join users u using (user_id)
                         where m.organization_id = $1 and u.email = $2 and not m.by_provider)",
    )
    .bind(acting.organization.0)
    .bind(email.as_str())
    .fetch_one(&mut *connection)
    .await?;
    if member {
        let told = "whoever has this address belongs to the organization already";
        return Err(AccessError::Conflict(told.to_owned()));
    }
    sqlx::query(
        "update invitations set revoked_at = $3 where organization_id = $1 and email = $2
            and accepted_at is null and revoked_at is null and expires_at <= $3",
    )
    .bind(acting.organization.0)
    .bind(email.as_str())
    .bind(acting.at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
) -> Result<Invitation, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from invitations where organization_id = $1 and invitation_id = $2"
    ))
    .bind(organization.0)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("invitation"))
}

/// Takes an open invitation back.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn revoke(app: &PgPool, acting: &Acting, id: Uuid) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let revoked = sqlx::query(
        "update invitations set revoked_at = $3 where organization_id = $1 and invitation_id = $2
            and accepted_at is null and revoked_at is null",
    )
    .bind(acting.organization.0)
    .bind(id)
    .bind(acting.at)
    .execute(&mut *transaction)
    .await?;
    if revoked.rows_affected() == 0 {
        return Err(AccessError::Unknown("open invitation"));
    }
    let change = (None, None);
    acting
        .record(&mut transaction, "invitation.revoked", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The open invitation with this token.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Conflict`] if it no longer holds, or when the database
/// fails.
pub async fn find(app: &PgPool, token: &str, at: DateTime<Utc>) -> Result<Found, AccessError> {
    let found: Option<Found> = sqlx::query_as("select * from find_invitation($1)")
        .bind(hash(token).as_slice())
        .fetch_optional(app)
        .await?;
    let found = found.ok_or(AccessError::Unknown("open invitation"))?;
    if found.expires_at <= at {
        let told = "this invitation no longer holds: ask for a new one";
        return Err(AccessError::Conflict(told.to_owned()));
    }
    Ok(found)
}

/// Lets a person in who has the token and the address that was invited.
///
/// # Errors
/// Those of [`find`]; [`AccessError::Unknown`] for somebody else's invitation.
pub async fn accept(
    app: &PgPool,
    token: &str,
    person: UserId,
    origin: &Origin,
    at: DateTime<Utc>,
) -> Result<OrganizationId, AccessError> {
    let found = find(app, token, at).await?;
    let organization = OrganizationId(found.organization_id);
    let mut transaction = tenant(app, organization).await?;
    // Their own address is shown to the person alone.
    sqlx::query("select set_config('bugsage.user', $1::uuid::text, true)")
        .bind(person.0)
        .execute(&mut *transaction)
        .await?;
    let email: Option<Option<String>> =
        sqlx::query_scalar("select email from users where user_id = $1")
            .bind(person.0)
            .fetch_optional(&mut *transaction)
            .await?;
    let email = email.flatten();
    if email.is_none() || email != found.email {
        return Err(AccessError::Unknown("open invitation"));
    }
    let accepted = sqlx::query(
        "update invitations set accepted_at = $3, email = null where organization_id = $1
            and invitation_id = $2 and accepted_at is null and revoked_at is null",
    )
    .bind(organization.0)
    .bind(found.invitation_id)
    .bind(at)
    .execute(&mut *transaction)
    .await?;
    if accepted.rows_affected() == 0 {
        return Err(AccessError::Unknown("open invitation"));
    }
    let joined = sqlx::query(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (organization_id, user_id) do update set role = excluded.role, by_provider = false
            where memberships.by_provider and memberships.disabled_at is null",
    )
    .bind(organization.0)
    .bind(person.0)
    .bind(&found.role)
    .bind(at)
    .execute(&mut *transaction)
    .await?;
    if joined.rows_affected() == 0 {
        let told = "you belong to this organization already";
        return Err(AccessError::Conflict(told.to_owned()));
    }
    let after = json!({ "role": found.role, "invitation": found.invitation_id });
    let record = Record {
        organization: Some(organization),
        user: None,
        at,
        action: "membership.created",
        subject: format!("user:{person}"),
        before: None,
        after: Some(after),
    };
    audit::record(&mut transaction, origin, record).await?;
    transaction.commit().await?;
    Ok(organization)
}

fn subject(id: Uuid) -> String {
    format!("invitation:{id}")
}
