//! The occurrence that a report makes, whose fields keep their limits.

use bugsage_commands::ingest::{Prepared, Reporter, Submission, keyed_digest, prepare};
use bugsage_commands::intake::plain::{self, Report};
use bugsage_domain::error::{CATEGORY_MAX, SOURCE_ID_MAX, SOURCE_MAX, TITLE_MAX};
use bugsage_domain::ids::{EventId, ProjectId};
use bugsage_domain::scrub::scrub_text;
use bugsage_event_store::Idempotency;
use uuid::Uuid;

use super::change::hex;
use super::report::ErrorCreate;
use super::{clean, clean_tags};
use crate::problem::Problem;
use crate::request_id;
use crate::state::App;

/// Ids made from idempotency keys live in this namespace.
const KEY_NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_8a0e_52d7_4b0e_9a57_3d7b_0c1e_6b11);

/// The occurrence that a report makes.
///
/// # Errors
/// 413 or 422, saying which field is wrong.
pub(super) fn submission(
    app: &App,
    reporter: &Reporter,
    report: &ErrorCreate,
    idempotency: Option<Idempotency>,
) -> Result<Submission, Problem> {
    check(report)?;
    let now = app.clock.now();
    // The same key makes the same id, so a repeat is a duplicate even after the key is forgotten.
    let event_id = EventId(match &idempotency {
        Some(key) => Uuid::new_v5(
            &KEY_NAMESPACE,
            format!("{}/{}", reporter.organization_id, key.key).as_bytes(),
        ),
        None => app.clock.new_id(),
    });
    let tags: Vec<String> = report.tags.iter().map(ToString::to_string).collect();
    let event = plain::event(
        &Report {
            title: &report.title,
            severity: report.severity,
            stack_trace: report.stack_trace.as_deref(),
            context: report.context.as_deref(),
            metadata: report.metadata.as_deref(),
            tags: &tags,
        },
        event_id,
    );
    let json = event.map_err(|error| Problem::internal(&error))?;
    let prepared = prepare(reporter, &json, None, event_id, now)?;
    let rules = &reporter.rules;
    let title = clean(&report.title, TITLE_MAX, rules);
    let cleaned = |text: Option<&str>, max| text.map(|text| clean(text, max, rules));
    let description = report
        .description
        .as_deref()
        .map(|text| scrub_text(text, rules));
    Ok(Submission {
        occurrence: Prepared {
            headline: title.clone(),
            title,
            severity: report.severity,
            source: cleaned(report.source.as_deref(), SOURCE_MAX)
                .unwrap_or_else(|| "api".to_owned()),
            source_id: cleaned(report.source_id.as_deref(), SOURCE_ID_MAX),
            category: cleaned(report.category.as_deref(), CATEGORY_MAX),
            error_tags: distinct(clean_tags(&report.tags, rules)),
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

fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
}

/// The project that a report names: a number, or the same as a text.
///
/// # Errors
/// 422 for anything else.
pub(super) fn named(report: &ErrorCreate) -> Result<Option<ProjectId>, Problem> {
    let Some(named) = &report.project_id else {
        return Ok(None);
    };
    let number = named.get().trim_matches('"').parse();
    number
        .map(Some)
        .map_err(|_| Problem::invalid("project_id is the number of a project"))
}

/// Checks what no type says.
fn check(report: &ErrorCreate) -> Result<(), Problem> {
    for (name, value) in [("context", &report.context), ("metadata", &report.metadata)] {
        if value
            .as_ref()
            .is_some_and(|value| !value.get().starts_with('{'))
        {
            return Err(Problem::invalid(format!("{name}: is an object")));
        }
    }
    Ok(())
}
