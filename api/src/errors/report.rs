//! An error in plain words: its fields, and what became of it.

use bugsage_commands::ingest::{Outcome, Stored};
use bugsage_domain::severity::Severity;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{Category, Description, Source, SourceId, Tags, Title};

/// An error in plain words.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct ErrorCreate {
    /// What happened, 1–255 characters.
    #[schema(inline)]
    pub title: Title,
    /// More about it; at most 10,000 characters; erasable.
    #[serde(default)]
    #[schema(inline)]
    pub description: Option<Description>,
    /// low, medium, high or critical; medium if left out.
    #[serde(default)]
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Where it was seen; `api` if left out.
    #[serde(default)]
    #[schema(inline)]
    pub source: Option<Source>,
    /// Its id there.
    #[serde(default)]
    #[schema(inline)]
    pub source_id: Option<SourceId>,
    /// The project's number; the key's project if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub project_id: Option<Box<RawValue>>,
    /// As Python, JavaScript, Java, Go, Rust, .NET, Ruby or PHP print it, colours included. Bounded as
    /// the whole report is.
    #[serde(default)]
    pub stack_trace: Option<String>,
    /// An object; `release`, `environment` and `user` in it are understood.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Box<RawValue>>,
    /// An object, kept as it is.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Box<RawValue>>,
    /// What kind of error it is.
    #[serde(default)]
    #[schema(inline)]
    pub category: Option<Category>,
    /// Bare words or `key:value`.
    #[serde(default)]
    #[schema(inline)]
    pub tags: Tags,
}

/// What became of a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorCreated {
    /// The error it belongs to.
    pub id: Uuid,
    /// The occurrence: `GET /api/v1/occurrences/{event_id}`.
    pub event_id: Uuid,
    /// `new` made the error, `known` joined it, `duplicate` changed nothing.
    pub outcome: &'static str,
    /// Wait for it to read the error; 0 if it can be read already.
    pub position: i64,
    /// As reported.
    pub title: String,
    /// As reported.
    pub severity: String,
}

impl ErrorCreated {
    /// What to tell about a report that is stored.
    pub(super) fn of(report: &ErrorCreate, stored: &Stored) -> Self {
        Self {
            id: stored.error_id.0,
            event_id: stored.event_id.0,
            outcome: match stored.outcome {
                Outcome::New => "new",
                Outcome::Known => "known",
                Outcome::Duplicate => "duplicate",
            },
            position: stored.position.unwrap_or(0),
            title: report.title.to_string(),
            severity: report.severity.to_string(),
        }
    }
}
