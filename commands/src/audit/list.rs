//! Reading the audit log.

use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{AccessError, Listed, Page};

/// A record of the audit log.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize, ToSchema)]
pub struct Entry {
    /// Its number. Later records have higher ones; gaps mean nothing.
    pub id: i64,
    /// When it happened.
    pub recorded_at: DateTime<Utc>,
    /// Who did it, such as `user:…` or `api_key:…`.
    pub actor: String,
    /// What a person is called who did it; `erased user` once they are erased.
    pub actor_name: Option<String>,
    /// What was done, such as `membership.changed`.
    pub action: String,
    /// On what, such as `user:…` or `project:7`.
    pub subject: String,
    /// The same of a person it was done to.
    pub subject_name: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// In which request, as the log names it.
    pub request_id: String,
    /// How it was.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// How it is since.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// Which records; all must hold.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Who did it.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// On what.
    pub subject: Option<String>,
    /// Then or later.
    pub from: Option<DateTime<Utc>>,
    /// Then or earlier.
    pub to: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "audit_id as id, recorded_at, actor, person_name(actor) as actor_name, action, subject,
    person_name(subject) as subject_name, host(address) as address, request_id, before, after";

/// The records of an organization, newest first.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    question: &Question,
    page: &Page,
) -> Result<Listed<Entry>, AccessError> {
    let (rows, before) = (page.rows()?, page.after::<i64>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from audit_log where organization_id = $1
            and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
            and ($4::text is null or subject = $4) and ($5::timestamptz is null or recorded_at >= $5)
            and ($6::timestamptz is null or recorded_at <= $6) and ($7::bigint is null or audit_id < $7)
          order by audit_id desc limit $8"
    ))
    .bind(organization.0)
    .bind(&question.actor)
    .bind(&question.action)
    .bind(&question.subject)
    .bind(question.from)
    .bind(question.to)
    .bind(before)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |entry: &Entry| entry.id))
}

/// A record with the organization it belongs to; null where none is known.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Exported {
    /// The tenant.
    pub organization_id: Option<Uuid>,
    /// The record.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub entry: Entry,
}

/// Hands on every record, oldest first, of one organization or of all; as the owner of the
/// database. How many there were.
///
/// # Errors
/// When the database fails.
pub async fn export(
    owner: &PgPool,
    organization: Option<OrganizationId>,
    mut each: impl FnMut(Exported),
) -> Result<u64, sqlx::Error> {
    let sql = format!(
        "select organization_id, {COLUMNS} from audit_log
          where $1::uuid is null or organization_id = $1 order by audit_id"
    );
    let asked = sqlx::query_as(&sql).bind(organization.map(|id| id.0));
    let mut records = asked.fetch(owner);
    let mut count = 0;
    while let Some(record) = records.try_next().await? {
        each(record);
        count += 1;
    }
    Ok(count)
}
