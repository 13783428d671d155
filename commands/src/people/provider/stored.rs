//! What the database knows of providers, and of sign-ins under way.

use bugsage_domain::access::MailDomain;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use sqlx::FromRow;
use uuid::Uuid;

use super::super::secrets;
use super::{ProviderError, Providers};
use crate::access::providers::{Kind, secret_of};
use crate::seal;

/// A provider, as it is spoken to.
pub(super) struct Provider {
    pub(super) id: Uuid,
    pub(super) organization: OrganizationId,
    pub(super) kind: Kind,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) domains: Vec<MailDomain>,
    pub(super) role: String,
}

/// A sign-in under way, as it was stored.
#[derive(FromRow)]
pub(super) struct Taken {
    pub(super) provider_id: Uuid,
    pub(super) return_to: String,
    pub(super) session_id: Option<Uuid>,
}

impl Providers {
    pub(super) async fn take(&self, cookie: &str) -> Result<Option<Taken>, sqlx::Error> {
        let Some(hash) = secrets::hash(cookie) else {
            return Ok(None);
        };
        sqlx::query_as("select * from take_provider_login($1, $2)")
            .bind(hash.as_slice())
            .bind(self.people.clock.now())
            .fetch_optional(&self.people.database)
            .await
    }

    pub(super) async fn find(&self, id: Uuid) -> Result<Provider, ProviderError> {
        let row: Option<(Uuid, String, String, String, Vec<String>, String)> =
            sqlx::query_as("select * from find_provider($1)")
                .bind(id)
                .fetch_optional(&self.people.database)
                .await?;
        let (organization, kind, issuer, client_id, domains, role) =
            row.ok_or(ProviderError::Unknown)?;
        let domains = domains.iter().map(String::as_str);
        Ok(Provider {
            id,
            organization: OrganizationId(organization),
            kind: if kind == Kind::Github.as_str() {
                Kind::Github
            } else {
                Kind::Oidc
            },
            issuer,
            client_id,
            // A word that is none, of before, trusts nobody.
            domains: domains.filter_map(|word| word.try_into().ok()).collect(),
            role,
        })
    }

    pub(super) async fn secret(&self, provider: &Provider) -> Result<String, ProviderError> {
        let place = secret_of(provider.organization, provider.id);
        let mut transaction = tenant(&self.people.database, provider.organization).await?;
        let opened = seal::open(&mut transaction, &self.sealer, &place).await?;
        let opened = opened.ok_or(ProviderError::Unknown)?;
        Ok(String::from_utf8_lossy(opened.expose()).into_owned())
    }
}
