//! What the answer to a command says of its error.

use bugsage_domain::error::{ErrorGroup, Resolution};
use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a change came to: the error's own fields after it. The same for a repeat of the key.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorWritten {
    /// The error.
    pub id: Uuid,
    /// Its title; null once it is deleted.
    pub title: Option<String>,
    /// Its severity.
    pub severity: Option<String>,
    /// Its status; `deleted` once it is deleted.
    pub status: String,
    /// Whether it came back after it had been resolved.
    pub regressed: bool,
    /// Its category.
    pub category: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who looks after it: a member as `user:…`, else what was given.
    pub assigned_to: Option<String>,
    /// When it was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// The error it was merged into.
    pub merged_into: Option<Uuid>,
    /// The version it stands at; also the ETag.
    pub version: i64,
}

impl ErrorWritten {
    /// The answer for an error after a command.
    #[must_use]
    pub fn of(id: ErrorId, group: &ErrorGroup, version: i64) -> Self {
        let error = group.live();
        let resolution = error.and_then(|error| error.resolution());
        Self {
            id: id.0,
            title: error.map(|error| error.facts.title.clone()),
            severity: error.map(|error| error.facts.severity.to_string()),
            status: error.map_or_else(|| "deleted".to_owned(), |error| error.status().to_string()),
            regressed: error.is_some_and(|error| error.is_regressed()),
            category: error.and_then(|error| error.facts.category.clone()),
            tags: error
                .map(|error| error.facts.tags.clone())
                .unwrap_or_default(),
            assigned_to: error.and_then(|error| error.assignee.clone()),
            resolved_at: resolution.map(|r: &Resolution| r.at),
            resolved_by: resolution.map(|r| r.by.to_string()),
            merged_into: error.and_then(|error| error.merged_into).map(|id| id.0),
            version,
        }
    }
}
