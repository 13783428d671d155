//! A batch of changes written: the rows are read with one statement, folded, and each written once
//! with another. A write costs every index of the table, so five changes of a row are to be one.
//!
//! A change is guarded by the row's sequence, so an event applied twice changes nothing.

use std::collections::HashMap;

use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::HandlerError;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::fold::Change;
use super::row::{Row, begin, change};
use super::tagged;

/// Writes changes in their order.
pub(super) async fn write(
    connection: &mut PgConnection,
    changes: &[(&RecordedEvent, Change)],
) -> Result<(), HandlerError> {
    let ids = changes
        .iter()
        .map(|(event, _)| event.aggregate_id.parse())
        .collect::<Result<Vec<Uuid>, _>>()?;
    let mut rows = read(connection, &ids).await?;
    for (id, (event, changed)) in ids.iter().zip(changes) {
        match (rows.get_mut(id), changed) {
            (Some(row), changed) => change(row, event, changed)?,
            (None, Change::Insert(facts)) => {
                rows.insert(*id, begin(event, facts));
            }
            (None, _) => {}
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    store(connection, rows.into_values().collect()).await?;
    tagged::write(connection, &ids, changes).await?;
    Ok(())
}

/// Planned anew each time: a plan made while the table was empty would read all of it ever after.
async fn read(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Row>, sqlx::Error> {
    sqlx::query("select error_id, to_jsonb(errors) from errors where error_id = any ($1)")
        .bind(ids)
        .persistent(false)
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| {
            let Json(columns) = row.try_get(1)?;
            Ok((row.try_get(0)?, columns))
        })
        .collect()
}

/// A column that [`change`] changes must stand in the list, or the change is lost once the row is
/// there; those that only [`begin`] sets (culprit, platform, source, created_at, …) must not need to.
/// A column that [`begin`] leaves out is null: defaults of the table do not count here.
async fn store(connection: &mut PgConnection, rows: Vec<Row>) -> Result<(), sqlx::Error> {
    let rows = Value::Array(rows.into_iter().map(Value::Object).collect());
    sqlx::query(
        "insert into errors select r.* from jsonb_populate_recordset(null::errors, $1) r
         on conflict (error_id) do update set
            title = excluded.title, severity = excluded.severity, status = excluded.status,
            regressions = excluded.regressions, category = excluded.category, tags = excluded.tags,
            assigned_to = excluded.assigned_to, description_text_id = excluded.description_text_id,
            resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at,
            resolved_how = excluded.resolved_how, resolved_in_release = excluded.resolved_in_release,
            ignored_until = excluded.ignored_until, ignored_until_count = excluded.ignored_until_count,
            merged_into = excluded.merged_into, deleted = excluded.deleted,
            updated_at = excluded.updated_at, sequence = excluded.sequence
         where errors.sequence < excluded.sequence",
    )
    .bind(rows)
    .execute(connection)
    .await
    .map(|_| ())
}
