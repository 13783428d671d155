//! A batch of changes written: the rows are read with one statement, folded, and each written once.

use std::collections::{HashMap, HashSet};

use bugsage_event_store::subscription::HandlerError;
use serde_json::{Map, Value, json};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::Key;
use super::fold::Changed;

/// A row as `to_jsonb` shows it.
type Row = Map<String, Value>;

/// Writes changes in their order. Each state is reached from those before it alone, so what is applied again
/// changes nothing.
pub(super) async fn write(
    tables: &mut PgConnection,
    changes: Vec<(Key, Changed)>,
) -> Result<(), HandlerError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut rows = read(tables, &changes).await?;
    let mut changed = HashSet::new();
    for (key, Changed { from, columns }) in changes {
        match (rows.get_mut(&key), from) {
            (None, None) => {
                rows.insert(key, begin(key, columns));
            }
            (Some(row), Some(from)) if is_one_of(row, from) => row.extend(columns),
            _ => continue,
        }
        changed.insert(key);
    }
    rows.retain(|key, _| changed.contains(key));
    Ok(store(tables, rows.into_values().collect()).await?)
}

fn begin((organization, error, number): Key, mut row: Row) -> Row {
    row.insert("organization_id".to_owned(), json!(organization));
    row.insert("error_id".to_owned(), json!(error));
    row.insert("number".to_owned(), json!(number));
    row
}

fn is_one_of(row: &Row, states: &[&str]) -> bool {
    let state = row.get("state").and_then(Value::as_str);
    state.is_some_and(|state| states.contains(&state))
}

/// Planned anew each time: a plan made while the table was empty would read all of it ever after.
async fn read(
    tables: &mut PgConnection,
    changes: &[(Key, Changed)],
) -> Result<HashMap<Key, Row>, sqlx::Error> {
    let keys = || changes.iter().map(|(key, _)| *key);
    sqlx::query(
        "select a.organization_id, a.error_id, a.number, to_jsonb(a)
           from (select distinct * from unnest($1, $2, $3) as k(organization_id, error_id, number)) k
           join analyses a using (organization_id, error_id, number)",
    )
    .bind(keys().map(|(organization, ..)| organization).collect::<Vec<Uuid>>())
    .bind(keys().map(|(_, error, _)| error).collect::<Vec<Uuid>>())
    .bind(keys().map(|(.., number)| number).collect::<Vec<i32>>())
    .persistent(false)
    .fetch_all(tables)
    .await?
    .iter()
    .map(|row| {
        let Json(columns) = row.try_get(3)?;
        let key = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok((key, columns))
    })
    .collect()
}

/// Every column that a change may set stands in the list; the others are as they began.
async fn store(tables: &mut PgConnection, rows: Vec<Row>) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into analyses select r.* from jsonb_populate_recordset(null::analyses, $1) r
         on conflict on constraint analyses_key do update set
            state = excluded.state, started_at = excluded.started_at, ended_at = excluded.ended_at,
            failure = excluded.failure, superseded_by = excluded.superseded_by, provider = excluded.provider,
            model = excluded.model, prompt_version = excluded.prompt_version,
            input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
            cost_micros = excluded.cost_micros, milliseconds = excluded.milliseconds,
            context_text_id = excluded.context_text_id, context_digest = excluded.context_digest,
            answer_text_id = excluded.answer_text_id, category = excluded.category,
            confidence = excluded.confidence, risk = excluded.risk, found = excluded.found,
            dropped = excluded.dropped, held_back = excluded.held_back, held_back_at = excluded.held_back_at",
    )
    .bind(Value::Array(rows.into_iter().map(Value::Object).collect()))
    .execute(tables)
    .await
    .map(|_| ())
}
