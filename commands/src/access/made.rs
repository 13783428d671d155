//! Keys and service accounts that a machine made: they do not outlive it, or whoever steals one
//! would live on in what they made with it.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{AccessError, Acting};

/// That a key which is to end makes nothing that ends later.
pub(super) async fn check_end(
    connection: &mut PgConnection,
    acting: &Acting,
    asked: Option<DateTime<Utc>>,
) -> Result<(), AccessError> {
    let end: Option<DateTime<Utc>> = sqlx::query_scalar(
        "select expires_at from api_keys
          where organization_id = $1 and 'api_key:' || key_id = $2 and expires_at is not null",
    )
    .bind(acting.organization.0)
    .bind(&acting.origin.actor)
    .fetch_optional(connection)
    .await?;
    match end {
        Some(end) if asked.is_none_or(|asked| asked > end) => Err(AccessError::Invalid(format!(
            "this API key ends at {end} and makes nothing that ends later"
        ))),
        _ => Ok(()),
    }
}

/// Revokes what a machine made, and what that made, and records the end of all in one.
pub(super) async fn revoked(
    connection: &mut PgConnection,
    acting: &Acting,
    action: &str,
    machine: String,
) -> Result<(), AccessError> {
    let with_it: Vec<String> = sqlx::query_scalar(
        "with recursive machines as (
             select 'api_key:' || key_id as machine, created_by from api_keys where organization_id = $1
             union all
             select 'service_account:' || account_id, created_by from service_accounts
              where organization_id = $1
         ), made as (
             select $2::text as machine
             union
             select machines.machine from made join machines on machines.created_by = made.machine
         ), keys as (
             update api_keys set revoked_at = $3 where organization_id = $1 and revoked_at is null
                and 'api_key:' || key_id in (select machine from made)
             returning 'api_key:' || key_id
         ), accounts as (
             update service_accounts set revoked_at = $3 where organization_id = $1 and revoked_at is null
                and 'service_account:' || account_id in (select machine from made)
             returning 'service_account:' || account_id
         )
         select * from keys union all select * from accounts order by 1",
    )
    .bind(acting.organization.0)
    .bind(&machine)
    .bind(acting.at)
    .fetch_all(&mut *connection)
    .await?;
    let after = (!with_it.is_empty()).then(|| json!({ "with_it": with_it }));
    acting
        .record(connection, action, machine, (None, after))
        .await?;
    Ok(())
}
