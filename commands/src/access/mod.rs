//! Changes of who may do what: plain tables, each change with its record in the audit log in one
//! transaction.
//!
//! Every function takes [`Acting`], which says in which organization and with which permissions,
//! or for reading the organization alone; each statement names it, and row-level security
//! stands behind.

pub mod analysis_policy;
pub mod api_keys;
mod bounded;
pub mod dsn_keys;
pub mod invitations;
pub mod letters;
mod listed;
mod made;
pub mod members;
pub mod organizations;
pub mod project_roles;
pub mod projects;
pub mod providers;
pub mod service_accounts;
pub mod teams;

use bugsage_domain::access::{Permissions, Refusal, Rights};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::audit::{self, Origin, Record};

pub use listed::{Listed, Page};

/// Who changes something, where, and when.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The tenant.
    pub organization: OrganizationId,
    /// One project of it, where they act in that alone.
    pub project: Option<ProjectId>,
    /// All that they may do: nobody grants more.
    pub rights: Rights,
    /// For the audit log.
    pub origin: Origin,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// There is none here that may be seen.
    #[error("there is no such {0} here")]
    Unknown(&'static str),
    /// The rules of who may give what.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be so beside what there is.
    #[error("{0}")]
    Conflict(String),
    /// So many there can be.
    #[error("there are {max} {what} already, and no more are possible: remove one first")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        max: i64,
    },
    /// A page that there is not.
    #[error("{0}")]
    Page(String),
    /// A value that is not taken.
    #[error("{0}")]
    Invalid(String),
    /// A fault of ours.
    #[error("{0}")]
    Failed(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl Acting {
    /// What they may do in the organization and all its projects.
    fn everywhere(&self) -> Permissions {
        self.rights.within(None)
    }

    async fn begin(&self, app: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        tenant(app, self.organization).await
    }

    /// Adds the record of a change, in its transaction.
    async fn record(
        &self,
        connection: &mut PgConnection,
        action: &str,
        subject: String,
        change: (Option<Value>, Option<Value>),
    ) -> Result<(), sqlx::Error> {
        let record = Record {
            organization: Some(self.organization),
            user: None,
            at: self.at,
            action,
            subject,
            before: change.0,
            after: change.1,
        };
        audit::record(connection, &self.origin, record).await
    }
}

/// The name of a constraint, and what it means that it is broken.
type Meaning = (&'static str, fn() -> AccessError);

/// A broken constraint, by its name, as what it means; every other failure stays what it is.
fn broken(error: sqlx::Error, meanings: &[Meaning]) -> AccessError {
    let constraint = error
        .as_database_error()
        .and_then(|error| error.constraint());
    let meant = meanings.iter().find(|(name, _)| constraint == Some(name));
    meant.map_or_else(|| error.into(), |(_, meaning)| meaning())
}
