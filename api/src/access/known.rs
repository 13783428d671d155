//! What keys, service accounts and members may do: looked up once, remembered for a few seconds.

use std::sync::Arc;

use bugsage_commands::access::api_keys::hash;
use bugsage_domain::access::{Permissions, ProjectRole, Rights, Role};
use bugsage_domain::actor::Actor;
use bugsage_domain::ids::{OrganizationId, ProjectId, UserId};
use bugsage_event_store::in_time;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::refused::Refusals;
use super::uses::Uses;
use crate::keys::remembered;

/// Who there is, and what they may do. Cheap to clone.
#[derive(Clone)]
pub struct Access {
    database: PgPool,
    keys: Cache<[u8; 32], Option<Arc<Machine>>>,
    accounts: Cache<Uuid, Option<Arc<Machine>>>,
    members: Cache<UserId, Arc<[Membership]>>,
    pub(super) refusals: Refusals,
    pub(super) uses: Uses,
}

/// A program with an API key, or one that signed in as a service account.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The key's or the account's id.
    pub id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it may do.
    pub rights: Rights,
    /// Named in the events it causes.
    pub actor: Actor,
    /// When it stops to work by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether somebody stopped it.
    pub revoked: bool,
    /// The version of an account's secret; 0 of keys, which have one for life.
    pub secret: i64,
}

/// Where a person belongs.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The tenant.
    pub organization: OrganizationId,
    /// What they are there.
    pub role: Role,
    /// Whether an admin has them locked out.
    pub disabled: bool,
    /// They came by an identity provider, and not by their own will: for sessions begun there alone.
    pub by_provider: bool,
    /// What they may do there.
    pub rights: Rights,
}

#[derive(FromRow)]
struct KeyRow {
    key_id: Uuid,
    organization_id: Uuid,
    project_id: Option<i64>,
    scopes: Vec<String>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct AccountRow {
    account_id: Uuid,
    organization_id: Uuid,
    project_id: Option<i64>,
    scopes: Vec<String>,
    secret: i64,
}

#[derive(FromRow)]
struct MemberRow {
    organization_id: Uuid,
    role: String,
    disabled: bool,
    by_provider: bool,
    projects: Vec<i64>,
    project_roles: Vec<String>,
}

impl Access {
    /// Over the pool of the app role.
    #[must_use]
    pub fn new(database: PgPool) -> Self {
        Self {
            database,
            keys: remembered(),
            accounts: remembered(),
            members: remembered(),
            refusals: Refusals::default(),
            uses: Uses::default(),
        }
    }

    /// When keys were last used.
    #[must_use]
    pub const fn uses(&self) -> &Uses {
        &self.uses
    }

    /// The API key with this text, working or not; `None` if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key(&self, key: &str) -> Result<Option<Arc<Machine>>, Arc<sqlx::Error>> {
        let hash = hash(key);
        let find = async {
            let row: Option<KeyRow> = sqlx::query_as("select * from find_api_key($1)")
                .bind(hash.as_slice())
                .fetch_optional(&self.database)
                .await?;
            Ok(row.map(|row| Arc::new(row.into())))
        };
        self.keys.try_get_with(hash, in_time(find)).await
    }

    /// The service account with this id; `None` if there is none, or it was revoked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn service_account(
        &self,
        account: Uuid,
    ) -> Result<Option<Arc<Machine>>, Arc<sqlx::Error>> {
        let find = async {
            let row: Option<AccountRow> = sqlx::query_as("select * from find_service_account($1)")
                .bind(account)
                .fetch_optional(&self.database)
                .await?;
            Ok(row.map(|row| Arc::new(row.into())))
        };
        self.accounts.try_get_with(account, in_time(find)).await
    }

    /// Lets this process look up anew where a person belongs; others do within seconds.
    pub async fn forget(&self, user: UserId) {
        self.members.invalidate(&user).await;
    }

    /// Lets this process look up all keys and accounts anew; others do within seconds.
    pub fn forget_machines(&self) {
        self.keys.invalidate_all();
        self.accounts.invalidate_all();
    }

    /// Where a person belongs, in the order of the organizations' ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn memberships(&self, user: UserId) -> Result<Arc<[Membership]>, Arc<sqlx::Error>> {
        let find = async {
            let rows: Vec<MemberRow> = sqlx::query_as("select * from find_memberships($1)")
                .bind(user.0)
                .fetch_all(&self.database)
                .await?;
            rows.into_iter().map(Membership::try_from).collect()
        };
        self.members.try_get_with(user, in_time(find)).await
    }
}

impl From<KeyRow> for Machine {
    fn from(row: KeyRow) -> Self {
        let scopes = Permissions::of_known(&row.scopes);
        Self {
            id: row.key_id,
            organization: OrganizationId(row.organization_id),
            rights: Rights::of_key(scopes, row.project_id.map(ProjectId)),
            actor: Actor::ApiKey { id: row.key_id },
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
            secret: 0,
        }
    }
}

impl From<AccountRow> for Machine {
    fn from(row: AccountRow) -> Self {
        let scopes = Permissions::of_known(&row.scopes);
        Self {
            id: row.account_id,
            organization: OrganizationId(row.organization_id),
            rights: Rights::of_key(scopes, row.project_id.map(ProjectId)),
            actor: Actor::ServiceAccount { id: row.account_id },
            expires_at: None,
            revoked: false,
            secret: row.secret,
        }
    }
}

impl TryFrom<MemberRow> for Membership {
    type Error = sqlx::Error;

    fn try_from(row: MemberRow) -> Result<Self, sqlx::Error> {
        let unreadable = |error| sqlx::Error::Decode(Box::new(error));
        let role: Role = row.role.parse().map_err(unreadable)?;
        let roles = row.project_roles.iter().map(|role| role.parse());
        let roles: Vec<ProjectRole> = roles.collect::<Result<_, _>>().map_err(unreadable)?;
        let projects = row.projects.into_iter().map(ProjectId).zip(roles);
        Ok(Self {
            organization: OrganizationId(row.organization_id),
            role,
            disabled: row.disabled,
            by_provider: row.by_provider,
            rights: Rights::of_member(role, projects),
        })
    }
}
