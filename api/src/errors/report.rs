//! An error in plain words: its fields, their limits, and the occurrence it makes.

use bugsage_commands::ingest::{Outcome, Prepared, Stored, Submission, keyed_digest, prepare};
use bugsage_commands::intake::plain::{self, Report};
use bugsage_domain::error::{
    CATEGORY_MAX, SOURCE_ID_MAX, SOURCE_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX,
};
use bugsage_domain::ids::EventId;
use bugsage_domain::scrub::scrub_text;
use bugsage_domain::severity::Severity;
use bugsage_event_store::Idempotency;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::hex;
use super::{DESCRIPTION_MAX, clean_title};
use crate::keys::Caller;
use crate::problem::Problem;
use crate::request_id;
use crate::state::App;

/// Ids made from idempotency keys live in this namespace.
const KEY_NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_8a0e_52d7_4b0e_9a57_3d7b_0c1e_6b11);

/// An error in plain words.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorCreate {
    /// What happened, 1–255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub title: String,
    /// More about it; at most 10,000 characters; erasable.
    #[serde(default)]
    pub description: Option<String>,
    /// low, medium, high or critical; medium if left out.
    #[serde(default)]
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Where it was seen; `api` if left out.
    #[serde(default)]
    pub source: Option<String>,
    /// Its id there.
    #[serde(default)]
    pub source_id: Option<String>,
    /// The project's number; the key's project if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub project_id: Option<Value>,
    /// As Python, JavaScript, Java, Go, Rust, .NET, Ruby or PHP print it.
    #[serde(default)]
    pub stack_trace: Option<String>,
    /// An object; `release`, `environment` and `user` in it are understood.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
    /// An object, kept as it is.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
    /// What kind of error it is.
    #[serde(default)]
    pub category: Option<String>,
    /// Bare words or `key:value`.
    #[serde(default)]
    pub tags: Vec<String>,
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
            title: report.title.clone(),
            severity: report.severity.to_string(),
        }
    }
}

/// The occurrence that a report makes.
///
/// # Errors
/// 413 or 422, saying which field is wrong.
pub(super) fn submission(
    app: &App,
    caller: &Caller,
    report: &ErrorCreate,
    idempotency: Option<Idempotency>,
) -> Result<Submission, Problem> {
    check(caller, report)?;
    let now = app.clock.now();
    // The same key makes the same id, so a repeat is a duplicate even after the key is forgotten.
    let event_id = EventId(match &idempotency {
        Some(key) => Uuid::new_v5(
            &KEY_NAMESPACE,
            format!("{}/{}", caller.scope.organization, key.key).as_bytes(),
        ),
        None => app.clock.new_id(),
    });
    let event = plain::event(
        &Report {
            title: report.title.clone(),
            severity: report.severity,
            stack_trace: report.stack_trace.clone(),
            context: report.context.clone(),
            metadata: report.metadata.clone(),
            tags: report.tags.clone(),
        },
        event_id,
    );
    let json = serde_json::to_vec(&event).map_err(|error| Problem::internal(&error))?;
    let prepared = prepare(&caller.reporter, &json, None, event_id, now)?;
    let rules = &caller.reporter.rules;
    let title = clean_title(&report.title, rules);
    let description = report
        .description
        .as_deref()
        .map(|text| scrub_text(text, rules));
    Ok(Submission {
        occurrence: Prepared {
            headline: title.clone(),
            title,
            severity: report.severity,
            source: report.source.clone().unwrap_or_else(|| "api".to_owned()),
            source_id: report.source_id.clone(),
            category: report.category.clone(),
            error_tags: distinct(&report.tags),
            description_digest: description
                .as_deref()
                .map(|text| hex(&keyed_digest(app.keys.secret(), text.as_bytes()))),
            description,
            ..prepared
        },
        idempotency,
        request_id: request_id::current(),
    })
}

fn distinct(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        if !kept.contains(tag) {
            kept.push(tag.clone());
        }
    }
    kept
}

/// Checks what the aggregate would refuse, before anything is stored.
fn check(caller: &Caller, report: &ErrorCreate) -> Result<(), Problem> {
    let within = |name: &str, text: &str, min: usize, max: usize| {
        let characters = text.chars().count();
        if (min..=max).contains(&characters) {
            return Ok(());
        }
        Err(Problem::invalid(format!(
            "{name} has {min} to {max} characters, this one {characters}"
        )))
    };
    within("title", &report.title, 1, TITLE_MAX)?;
    within(
        "description",
        report.description.as_deref().unwrap_or_default(),
        0,
        DESCRIPTION_MAX,
    )?;
    within(
        "source",
        report.source.as_deref().unwrap_or("api"),
        1,
        SOURCE_MAX,
    )?;
    within(
        "source_id",
        report.source_id.as_deref().unwrap_or_default(),
        0,
        SOURCE_ID_MAX,
    )?;
    if let Some(category) = &report.category {
        within("category", category, 1, CATEGORY_MAX)?;
    }
    if report.tags.len() > TAGS_MAX {
        return Err(Problem::invalid(format!(
            "tags has at most {TAGS_MAX} elements"
        )));
    }
    report
        .tags
        .iter()
        .try_for_each(|tag| within("a tag", tag, 1, TAG_MAX))?;
    for (name, value) in [("context", &report.context), ("metadata", &report.metadata)] {
        if value
            .as_ref()
            .is_some_and(|value| !value.is_object() && !value.is_null())
        {
            return Err(Problem::invalid(format!("{name} is an object")));
        }
    }
    let project = caller.reporter.project_id.to_string();
    let named = match &report.project_id {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    if named.is_some_and(|named| named != project) {
        return Err(Problem::invalid(format!(
            "project_id: this key is for project {project} alone"
        )));
    }
    Ok(())
}
