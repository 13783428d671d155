//! The settings of a project: how long it keeps occurrences and what is scrubbed of them.

use bugsage_commands::audit::{self, Origin, Record};
use bugsage_domain::ids::OrganizationId;
use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::RangedI64ValueParser;
use serde::Serialize;
use serde_json::json;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

/// A project and its settings.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Project {
    /// Its number: the end of its DSN.
    pub project_id: i64,
    /// The tenant.
    pub organization_id: Uuid,
    /// Its name.
    pub name: String,
    /// Days for which the payloads of occurrences are kept.
    pub retention_days: i32,
    /// E-mail addresses are scrubbed.
    pub scrub_emails: bool,
    /// IP addresses are scrubbed.
    pub scrub_ip_addresses: bool,
    /// Parts of keys whose values are scrubbed, beyond those that always are.
    pub scrub_keys: Vec<String>,
}

/// New settings; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Change {
    /// Days for which the payloads of occurrences are kept.
    #[arg(long, value_parser = RangedI64ValueParser::<i32>::new().range(1..=3650))]
    pub retention_days: Option<i32>,
    /// Whether e-mail addresses are scrubbed.
    #[arg(long, value_name = "true|false")]
    pub scrub_emails: Option<bool>,
    /// Whether IP addresses are scrubbed.
    #[arg(long, value_name = "true|false")]
    pub scrub_ip_addresses: Option<bool>,
    /// The whole list of parts of keys whose values are scrubbed, with commas; `""` for none.
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    pub scrub_keys: Option<Vec<String>>,
}

const COLUMNS: &str = "project_id, organization_id, name, retention_days, scrub_emails, scrub_ip_addresses, scrub_keys";

/// All projects, as the owner.
///
/// # Errors
/// When the database fails.
pub async fn list(owner: &PgPool) -> Result<Vec<Project>, sqlx::Error> {
    sqlx::query_as(&format!(
        "select {COLUMNS} from projects order by project_id"
    ))
    .fetch_all(owner)
    .await
}

/// Changes one project, as the owner, with its record in the audit log; `None` if there is none with that number.
///
/// # Errors
/// When the database fails.
pub async fn set(
    owner: &PgPool,
    project: i64,
    change: &Change,
    at: DateTime<Utc>,
) -> Result<Option<Project>, sqlx::Error> {
    let keys = change.scrub_keys.as_ref().map(|keys| {
        let given = keys
            .iter()
            .map(|key| key.trim())
            .filter(|key| !key.is_empty());
        given.collect::<Vec<_>>()
    });
    let mut transaction = owner.begin().await?;
    let before: Option<Project> = sqlx::query_as(&format!(
        "select {COLUMNS} from projects where project_id = $1 for update"
    ))
    .bind(project)
    .fetch_optional(&mut *transaction)
    .await?;
    let after: Option<Project> = sqlx::query_as(&format!(
        "update projects set retention_days = coalesce($2, retention_days),
                scrub_emails = coalesce($3, scrub_emails),
                scrub_ip_addresses = coalesce($4, scrub_ip_addresses),
                scrub_keys = coalesce($5, scrub_keys)
          where project_id = $1 returning {COLUMNS}"
    ))
    .bind(project)
    .bind(change.retention_days)
    .bind(change.scrub_emails)
    .bind(change.scrub_ip_addresses)
    .bind(keys)
    .fetch_optional(&mut *transaction)
    .await?;
    if let (Some(before), Some(after)) = (&before, &after)
        && before != after
    {
        let record = Record {
            organization: Some(OrganizationId(after.organization_id)),
            user: None,
            at,
            action: "project.changed",
            subject: format!("project:{project}"),
            before: Some(json!(before)),
            after: Some(json!(after)),
        };
        audit::record(&mut transaction, &Origin::operator(), record).await?;
    }
    transaction.commit().await?;
    Ok(after)
}
