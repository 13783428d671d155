//! Changing one error.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bugsage_commands::ingest::keyed_digest;
use bugsage_commands::standing::{Standing, standing};
use bugsage_domain::error::{
    CATEGORY_MAX, Edit, ErrorCommand, ErrorGroup, ErrorStatus, TITLE_MAX, TextRef,
};
use bugsage_domain::ids::{ErrorId, TextId};
use bugsage_domain::scrub::{Rules, scrub_text};
use bugsage_domain::severity::Severity;
use bugsage_event_store::spans::{self, InSpan};
use bugsage_event_store::{CommandContext, Executed, NewText, Verdict, answered_before, tenant};
use cqrs_es::Aggregate;
use opentelemetry::KeyValue;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::fields::{Assignee, Category, Description, Tags, Title};
use super::written::ErrorWritten;
use super::{At, assignee, clean, clean_tags, if_match, written};
use crate::access::{Authorized, Caller, may};
use crate::idempotency;
use crate::problem::Problem;
use crate::problem::documented::{Changing, Deleting};
use crate::state::App;

/// The new values of an error; what is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorUpdate {
    /// 1–255 characters.
    #[schema(inline)]
    pub title: Option<Title>,
    /// At most 10,000 characters; erasable.
    #[schema(inline)]
    pub description: Option<Description>,
    /// low, medium, high or critical.
    #[schema(value_type = Option<String>)]
    pub severity: Option<Severity>,
    /// detected (reopens), analyzing, fixing, resolved or ignored (for ever).
    #[schema(value_type = Option<String>)]
    pub status: Option<ErrorStatus>,
    /// null takes it away.
    #[serde(deserialize_with = "given")]
    #[schema(inline, value_type = Option<Category>)]
    pub category: Option<Option<Category>>,
    /// The whole list of tags.
    #[schema(inline)]
    pub tags: Option<Tags>,
    /// null for nobody.
    #[serde(deserialize_with = "given")]
    #[schema(inline, value_type = Option<Assignee>)]
    pub assigned_to: Option<Option<Assignee>>,
}

/// Tells `null` (clear it) from a field left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    field: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Carries a command of a caller to an error of its project.
pub(super) async fn execute(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    command: ErrorCommand,
    context: CommandContext,
) -> Result<Executed, Problem> {
    // A key of one project must not learn of the errors of another.
    known(app, caller, id).await?;
    let span = spans::span("command", |span| {
        span.with_attributes([KeyValue::new("aggregate", ErrorGroup::TYPE)])
    });
    let executed = app
        .executor
        .execute::<ErrorGroup, _>(&id.to_string(), command, context, |group, version| {
            ErrorWritten::of(id, group, version)
        })
        .in_span(span)
        .await?;
    Ok(executed)
}

/// The first answer to a command with this key: before anything that may have changed since is looked at.
pub(super) async fn first_answer(
    app: &App,
    context: &CommandContext,
) -> Result<Option<Response>, Problem> {
    let Some(key) = &context.idempotency else {
        return Ok(None);
    };
    let organization = context.metadata.organization_id;
    let mut transaction = tenant(&app.database, organization).await?;
    match answered_before(&mut transaction, organization, key).await? {
        None => Ok(None),
        Some(Verdict::Repeated {
            answer,
            sequence,
            position,
        }) => Ok(Some(written(Executed {
            answer,
            sequence,
            position,
        }))),
        Some(_) => Err(Problem::key_reused()),
    }
}

/// Where an error of the caller's project stands; 404 for any other.
pub(super) async fn known(app: &App, caller: &Caller, id: ErrorId) -> Result<Standing, Problem> {
    let standing = standing_of(app, caller, id).await?;
    standing.ok_or_else(|| Problem::not_found("such error"))
}

pub(super) async fn standing_of(
    app: &App,
    caller: &Caller,
    id: ErrorId,
) -> Result<Option<Standing>, Problem> {
    let scope = caller.scope();
    Ok(standing(&app.database, scope.organization, scope.project, id).await?)
}

/// What is scrubbed of texts about an error: its project says.
pub(super) async fn rules_for(
    app: &App,
    caller: &Caller,
    id: ErrorId,
) -> Result<Arc<Rules>, Problem> {
    let project = match caller.scope().project {
        Some(project) => project,
        None => known(app, caller, id).await?.project,
    };
    let found = app.keys.project(caller.organization(), project).await?;
    let project = found.ok_or_else(|| Problem::not_found("such error"))?;
    Ok(project.reporter.rules)
}

/// The context of a command with its headers: `Idempotency-Key` and `If-Match`.
pub(super) fn context(
    caller: &Caller,
    headers: &HeaderMap,
    asked: &impl Serialize,
    what: &str,
) -> Result<CommandContext, Problem> {
    let mut context = caller.context();
    // What one may see is part of the request: a repeat must not tell of another project.
    let project = caller.scope().project;
    let project = project.map_or_else(|| "all".to_owned(), |project| project.to_string());
    let what = format!("{what} in {project}");
    context.if_match = if_match(headers)?;
    context.idempotency = idempotency::from_headers(headers, &what, asked)?;
    Ok(context)
}

/// Changes the fields given, all or nothing.
#[utoipa::path(put, path = "/api/v1/errors/{error_id}", tag = "errors", security(("api_key" = ["errors:write"])),
    params(("error_id" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ErrorUpdate, responses(
    (status = 200, description = "Changed, or as it was", body = ErrorWritten),
    Changing,
))]
pub async fn update(
    State(app): State<App>,
    caller: Authorized<may::ErrorsWrite>,
    At(id): At<Uuid>,
    headers: HeaderMap,
    Body(update, _held): Body<ErrorUpdate>,
) -> Result<Response, Problem> {
    let mut context = context(&caller, &headers, &update, &format!("update {id}"))?;
    if let Some(first) = first_answer(&app, &context).await? {
        return Ok(first);
    }
    let rules = rules_for(&app, &caller, ErrorId(id)).await?;
    let description = match &update.description {
        Some(text) => {
            let text = scrub_text(text, &rules);
            let digest = hex(&keyed_digest(app.keys.secret(), text.as_bytes()));
            let id = TextId(app.clock.new_id());
            context.texts.push(NewText { id, body: text });
            Some(TextRef { id, digest })
        }
        None => None,
    };
    let assignee = match update.assigned_to {
        Some(Some(who)) => Some(Some(assignee(&app, &caller, &who).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let rules = &rules;
    let edit = Edit {
        title: update.title.map(|title| clean(&title, TITLE_MAX, rules)),
        description,
        severity: update.severity,
        status: update.status,
        category: update
            .category
            .map(|category| category.map(|word| clean(&word, CATEGORY_MAX, rules))),
        tags: update.tags.map(|tags| clean_tags(&tags, rules)),
        assignee,
        by: Some(caller.actor().clone()),
        at: app.clock.now(),
    };
    let command = ErrorCommand::Edit(Box::new(edit));
    Ok(written(
        execute(&app, &caller, ErrorId(id), command, context).await?,
    ))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Deletes it: it disappears from every read. Its history stays for auditors.
#[utoipa::path(delete, path = "/api/v1/errors/{error_id}", tag = "errors", security(("api_key" = ["errors:write"])),
    params(("error_id" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses(
    (status = 200, description = "Deleted", body = ErrorWritten),
    Deleting,
))]
pub async fn delete(
    State(app): State<App>,
    caller: Authorized<may::ErrorsWrite>,
    At(id): At<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let context = context(&caller, &headers, &(), &format!("delete {id}"))?;
    if let Some(first) = first_answer(&app, &context).await? {
        return Ok(first);
    }
    let command = ErrorCommand::Delete {
        by: caller.actor().clone(),
    };
    Ok(written(
        execute(&app, &caller, ErrorId(id), command, context).await?,
    ))
}
