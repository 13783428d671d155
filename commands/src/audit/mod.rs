//! The audit log: who did what around access, kept beside the change itself.

mod list;

use std::net::IpAddr;

use bugsage_domain::ids::{OrganizationId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

pub use list::{Entry, Exported, Question, export, list};

/// Where a request came from, for the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// As events name it: `user:…`, `api_key:…`, `system`; `anonymous` before anybody is known.
    pub actor: String,
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// The request's id.
    pub request_id: String,
}

impl Origin {
    /// An operator at the program itself.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            actor: "system".to_owned(),
            ..Self::default()
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    /// Where it counts; `None` with a user: in each organization of theirs.
    pub organization: Option<OrganizationId>,
    /// The person it is about, where `organization` is not known.
    pub user: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done, such as `session.started`.
    pub action: &'a str,
    /// On what, such as `project:7`.
    pub subject: String,
    /// How it was; never a secret.
    pub before: Option<Value>,
    /// How it is now; never a secret.
    pub after: Option<Value>,
}

/// Adds a record in the transaction of the change, so that neither is there without the other.
///
/// # Errors
/// When the database fails.
pub async fn record(
    connection: &mut PgConnection,
    origin: &Origin,
    record: Record<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query("select record_audit($1, $2, $3, $4, $5, $6, $7::inet, $8, $9, $10)")
        .bind(record.organization.map(|id| id.0))
        .bind(record.user.map(|id| id.0))
        .bind(record.at)
        .bind(&origin.actor)
        .bind(record.action)
        .bind(record.subject)
        .bind(origin.address.map(|address| address.to_string()))
        .bind(&origin.request_id)
        .bind(record.before)
        .bind(record.after)
        .execute(connection)
        .await
        .map(|_| ())
}
