//! Identity providers: where people of an organization may sign in, as its admins say.
//!
//! Whoever chooses one could have it say that they are any member. So it is for those who may do all
//! that an admin may, and nobody is an owner in a session that was begun there.

use bugsage_domain::access::{MailDomain, Name, Role, may_grant};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgPool};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bounded::Bounded;
use super::{AccessError, Acting, Listed, Page};
use crate::seal::{self, Place, SealError, Sealer};

/// Where GitHub is, for most.
const GITHUB: &str = "https://github.com";
/// Characters of an address, and of a client's id or secret.
const TEXT_MAX: usize = 500;
/// Domains of one provider.
const DOMAINS_MAX: usize = 50;

const THERE: Bounded = Bounded {
    what: "identity providers",
    max: 20,
    count: "select count(*) from identity_providers where organization_id = $1",
};

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// OpenID Connect, by discovery.
    Oidc,
    /// GitHub's OAuth.
    Github,
}

impl Kind {
    /// The word used in JSON and SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Github => "github",
        }
    }
}

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

/// An identity provider to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityProvider {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
    /// How it is spoken to.
    pub kind: Kind,
    /// The issuer, as the provider itself says it. Of GitHub its address, where that is not
    /// `https://github.com`.
    #[serde(default)]
    #[schema(max_length = 500, example = "https://id.shop.example")]
    pub issuer: Option<String>,
    /// What the provider knows BugSage by.
    #[schema(min_length = 1, max_length = 500, pattern = "^[ -~]+$")]
    pub client_id: String,
    /// The secret that goes with it. It is kept sealed and never answered.
    #[schema(min_length = 1, max_length = 500, format = Password, pattern = "^[ -~]+$")]
    pub client_secret: String,
    /// For e-mail addresses of these domains the organization trusts what the provider says: who has
    /// one comes in, without an invitation.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub domains: Vec<MailDomain>,
    /// What newcomers are: `admin`, `developer`, `viewer` or `auditor`.
    #[serde(default = "viewer")]
    #[schema(value_type = String)]
    pub role: Role,
}

const fn viewer() -> Role {
    Role::Viewer
}

/// New values; what is left out stays as it is. Who needs another issuer makes another provider.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityProviderChange {
    /// 1–100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub name: Option<Name>,
    /// What the provider knows BugSage by.
    #[schema(min_length = 1, max_length = 500, pattern = "^[ -~]+$")]
    pub client_id: Option<String>,
    /// The secret that goes with it.
    #[schema(min_length = 1, max_length = 500, format = Password, pattern = "^[ -~]+$")]
    pub client_secret: Option<String>,
    /// All of them.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub domains: Option<Vec<MailDomain>>,
    /// What newcomers are.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
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

fn check(acting: &Acting, role: Option<Role>, domains: &[MailDomain]) -> Result<(), AccessError> {
    may_grant(acting.everywhere(), Role::Admin.permissions())?;
    if role == Some(Role::Owner) {
        let told =
            "role: nobody becomes an owner by a provider; use admin, developer, viewer or auditor";
        return Err(AccessError::Invalid(told.to_owned()));
    }
    if domains.len() > DOMAINS_MAX {
        let told = format!("domains has at most {DOMAINS_MAX} elements");
        return Err(AccessError::Invalid(told));
    }
    Ok(())
}

/// The address of a provider, as it is written: an issuer is compared letter by letter.
fn issuer(kind: Kind, asked: Option<&str>) -> Result<String, AccessError> {
    let text = match (kind, asked) {
        (Kind::Github, None) => GITHUB,
        (Kind::Github, Some(text)) => text.trim_end_matches('/'),
        (Kind::Oidc, Some(text)) => text,
        (Kind::Oidc, None) => "",
    };
    let is_fit = |url: Url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    let plain = text.len() <= TEXT_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    match plain && text.parse().is_ok_and(is_fit) {
        true => Ok(text.to_owned()),
        false => Err(AccessError::Invalid(
            "issuer is the address of the provider, such as https://id.shop.example: \
             without login, query and fragment, and of at most 500 characters"
                .to_owned(),
        )),
    }
}

fn plain(what: &str, text: &str) -> Result<(), AccessError> {
    let is_fit = (1..=TEXT_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    match is_fit {
        true => Ok(()),
        false => Err(AccessError::Invalid(format!(
            "{what} has 1 to {TEXT_MAX} characters, all of them printable ASCII"
        ))),
    }
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
