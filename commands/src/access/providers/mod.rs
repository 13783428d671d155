//! Identity providers: where people of an organization may sign in, as its admins say.
//!
//! Whoever chooses one could have it say that they are any member. So it is for those who may do all
//! that an admin may, and nobody is an owner in a session that was begun there.

mod asked;

use bugsage_domain::access::{MailDomain, Name, Role};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

pub use asked::{IdentityProviderChange, Kind, NewIdentityProvider};
use asked::{check, issuer, plain};

use super::bounded::Bounded;
use super::{AccessError, Acting, Listed, Page};
use crate::seal::{self, Place, SealError, Sealer};

const THERE: Bounded = Bounded {
    what: "identity providers",
    max: 20,
    count: "select count(*) from identity_providers where organization_id = $1",
};

/// An identity provider, but not the client's secret.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct IdentityProvider {
    /// Its id, which is also in the address that people are sent back to.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// `oidc` or `github`.
    pub kind: String,
    /// The issuer; of GitHub the address.
    pub issuer: String,
    /// What the provider knows BugSage by.
    pub client_id: String,
    /// For e-mail addresses of these domains the organization trusts what the provider says.
    pub domains: Vec<String>,
    /// What newcomers are.
    pub role: String,
    /// Who made it, as the audit log says.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

const COLUMNS: &str =
    "provider_id as id, name, kind, issuer, client_id, domains, role, created_by, created_at";

/// Where the secret of a provider lies.
pub(crate) const fn secret_of(organization: OrganizationId, id: Uuid) -> Place<'static> {
    Place {
        organization: Some(organization),
        purpose: "provider.client_secret",
        id,
    }
}

/// The providers, a page in the order of their ids.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<IdentityProvider>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from identity_providers
          where organization_id = $1 and ($2::uuid is null or provider_id > $2)
          order by provider_id limit $3"
    ))
    .bind(organization.0)
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |provider: &IdentityProvider| provider.id))
}

/// Makes a provider with this id.
///
/// # Errors
/// [`AccessError::Refused`], [`AccessError::Invalid`], [`AccessError::TooMany`], or when the database
/// fails.
pub async fn create(
    app: &PgPool,
    sealer: &Sealer,
    acting: &Acting,
    asked: &NewIdentityProvider,
    id: Uuid,
) -> Result<IdentityProvider, AccessError> {
    check(acting, Some(asked.role), &asked.domains)?;
    let issuer = issuer(asked.kind, asked.issuer.as_deref())?;
    plain("client_id", &asked.client_id)?;
    plain("client_secret", &asked.client_secret)?;
    let mut transaction = acting.begin(app).await?;
    THERE.room(&mut transaction, acting.organization).await?;
    sqlx::query(
        "insert into identity_providers (provider_id, organization_id, name, kind, issuer, client_id, domains,
                                         role, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(acting.organization.0)
    .bind(asked.name.as_str())
    .bind(asked.kind.as_str())
    .bind(issuer)
    .bind(&asked.client_id)
    .bind(words(&asked.domains))
    .bind(asked.role.as_str())
    .bind(&acting.origin.actor)
    .bind(acting.at)
    .execute(&mut *transaction)
    .await?;
    keep(&mut transaction, sealer, acting, id, &asked.client_secret).await?;
    let made = one(&mut transaction, acting.organization, id).await?;
    let change = (None, Some(told(&made)));
    acting
        .record(&mut transaction, "provider.created", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(made)
}

/// Changes a provider.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], [`AccessError::Invalid`], or when the database
/// fails.
pub async fn change(
    app: &PgPool,
    sealer: &Sealer,
    acting: &Acting,
    id: Uuid,
    asked: &IdentityProviderChange,
) -> Result<IdentityProvider, AccessError> {
    check(acting, asked.role, asked.domains.as_deref().unwrap_or(&[]))?;
    for (what, text) in [
        ("client_id", &asked.client_id),
        ("client_secret", &asked.client_secret),
    ] {
        text.as_deref().map_or(Ok(()), |text| plain(what, text))?;
    }
    let mut transaction = acting.begin(app).await?;
    let before = one(&mut transaction, acting.organization, id).await?;
    sqlx::query(
        "update identity_providers set name = coalesce($3, name), client_id = coalesce($4, client_id),
                domains = coalesce($5, domains), role = coalesce($6, role)
          where organization_id = $1 and provider_id = $2",
    )
    .bind(acting.organization.0)
    .bind(id)
    .bind(asked.name.as_ref().map(Name::as_str))
    .bind(asked.client_id.as_deref())
    .bind(asked.domains.as_deref().map(words))
    .bind(asked.role.map(Role::as_str))
    .execute(&mut *transaction)
    .await?;
    if let Some(secret) = &asked.client_secret {
        keep(&mut transaction, sealer, acting, id, secret).await?;
    }
    let changed = one(&mut transaction, acting.organization, id).await?;
    let mut after = told(&changed);
    after["secret_changed"] = asked.client_secret.is_some().into();
    let change = (Some(told(&before)), Some(after));
    acting
        .record(&mut transaction, "provider.changed", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Deletes a provider, with what it says of who is who, and every session that was begun there.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn delete(app: &PgPool, acting: &Acting, id: Uuid) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let before = one(&mut transaction, acting.organization, id).await?;
    sqlx::query("delete from identity_providers where organization_id = $1 and provider_id = $2")
        .bind(acting.organization.0)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    seal::forget(&mut transaction, &secret_of(acting.organization, id)).await?;
    let change = (Some(told(&before)), None);
    acting
        .record(&mut transaction, "provider.deleted", subject(id), change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
) -> Result<IdentityProvider, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from identity_providers where organization_id = $1 and provider_id = $2"
    ))
    .bind(organization.0)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("identity provider"))
}

async fn keep(
    connection: &mut PgConnection,
    sealer: &Sealer,
    acting: &Acting,
    id: Uuid,
    secret: &str,
) -> Result<(), AccessError> {
    let place = secret_of(acting.organization, id);
    let sealed = seal::seal(connection, sealer, &place, secret.as_bytes(), acting.at).await;
    sealed.map_err(|error| match error {
        SealError::Database(error) => error.into(),
        other => AccessError::Failed(other.to_string()),
    })
}

fn words(domains: &[MailDomain]) -> Vec<String> {
    domains.iter().map(MailDomain::to_string).collect()
}

/// For the audit log.
fn told(provider: &IdentityProvider) -> Value {
    json!({
        "name": provider.name, "kind": provider.kind, "issuer": provider.issuer,
        "client_id": provider.client_id, "domains": provider.domains, "role": provider.role,
    })
}

fn subject(id: Uuid) -> String {
    format!("provider:{id}")
}
