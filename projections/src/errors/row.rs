//! A row of the table by the names of its columns, and what a change makes of it. Pure.

use bugsage_domain::error::{Detected, ErrorStatus, IgnoredUntil, ResolvedHow};
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::HandlerError;
use chrono::SubsecRound;
use serde_json::{Map, Value, json};

use super::fold::{Change, Standing};

/// A row as `to_jsonb` shows it.
pub(super) type Row = Map<String, Value>;

/// The columns that belong to one standing alone: none outlives it.
const OF_STANDING: [&str; 6] = [
    "resolved_by",
    "resolved_at",
    "resolved_how",
    "resolved_in_release",
    "ignored_until",
    "ignored_until_count",
];

/// The row that an error begins with.
pub(super) fn begin(event: &RecordedEvent, facts: &Detected) -> Row {
    let Value::Object(row) = json!({
        "organization_id": event.organization_id.0,
        "error_id": event.aggregate_id,
        "project_id": facts.project_id.0,
        "title": facts.title,
        "culprit": facts.culprit,
        "severity": facts.severity.as_str(),
        "status": ErrorStatus::Detected.as_str(),
        "regressions": 0,
        "source": facts.source,
        "source_id": facts.source_id,
        "category": facts.category,
        "tags": facts.tags,
        "platform": facts.platform,
        "description_text_id": facts.description.as_ref().map(|text| text.id.0),
        "deleted": false,
        "created_at": event.recorded_at,
        "updated_at": event.recorded_at,
        "sequence": event.sequence,
    }) else {
        return Row::new();
    };
    row
}

/// Applies a change; one that the row has applied already, or of another organization, changes nothing.
pub(super) fn change(
    row: &mut Row,
    event: &RecordedEvent,
    change: &Change,
) -> Result<(), HandlerError> {
    let reached = row.get("sequence").and_then(Value::as_i64);
    let is_theirs = row.get("organization_id") != Some(&json!(event.organization_id.0));
    if is_theirs || reached >= Some(event.sequence) {
        return Ok(());
    }
    let mut set = |column: &str, value: Value| row.insert(column.to_owned(), value);
    match change {
        Change::Insert(_) => return Ok(()),
        Change::Title(title) => set("title", json!(title)),
        Change::Description(text) => set("description_text_id", json!(text.0)),
        Change::Severity(severity) => set("severity", json!(severity.as_str())),
        Change::Category(category) => set("category", json!(category)),
        Change::Assignee(to) => set("assigned_to", json!(to)),
        Change::MergedInto(into) => set("merged_into", json!(into.map(|id| id.0))),
        Change::Deleted => set("deleted", json!(true)),
        Change::Version => None,
        Change::AddTags(added) => {
            let mut tags = tags(row)?;
            let new = added.iter().filter(|tag| !tags.contains(tag));
            let new: Vec<_> = new.cloned().collect();
            tags.extend(new);
            row.insert("tags".to_owned(), json!(tags))
        }
        Change::RemoveTags(removed) => {
            let mut tags = tags(row)?;
            tags.retain(|tag| !removed.contains(tag));
            row.insert("tags".to_owned(), json!(tags))
        }
        Change::Standing(standing) => {
            stand(row, standing)?;
            None
        }
    };
    row.insert("updated_at".to_owned(), json!(event.recorded_at));
    row.insert("sequence".to_owned(), json!(event.sequence));
    Ok(())
}

fn tags(row: &Row) -> Result<Vec<String>, HandlerError> {
    let tags = row.get("tags").cloned().unwrap_or_default();
    Ok(serde_json::from_value(tags)?)
}

fn stand(row: &mut Row, standing: &Standing) -> Result<(), HandlerError> {
    for column in OF_STANDING {
        row.insert(column.to_owned(), Value::Null);
    }
    let before = row.get("regressions").and_then(Value::as_i64).unwrap_or(0);
    let mut set = |column: &str, value: Value| row.insert(column.to_owned(), value);
    let (status, regressions) = match standing {
        Standing::Open(status) => (*status, before),
        Standing::Regressed => (ErrorStatus::Detected, before + 1),
        Standing::Resolved {
            by,
            at,
            how,
            in_release,
        } => {
            set("resolved_by", json!(by));
            // The table keeps microseconds, and would round what is finer.
            set("resolved_at", json!(at.trunc_subsecs(6)));
            set(
                "resolved_how",
                json!(match how {
                    ResolvedHow::Manually => "manually",
                    ResolvedHow::ByFix => "by_fix",
                }),
            );
            set("resolved_in_release", json!(in_release));
            (ErrorStatus::Resolved, 0)
        }
        Standing::Ignored(until) => {
            match until {
                IgnoredUntil::Forever => None,
                IgnoredUntil::Time { at } => set("ignored_until", json!(at.trunc_subsecs(6))),
                IgnoredUntil::Occurrences { count } => {
                    set("ignored_until_count", json!(i64::try_from(*count)?))
                }
            };
            (ErrorStatus::Ignored, before)
        }
    };
    set("status", json!(status.as_str()));
    set("regressions", json!(regressions));
    Ok(())
}
