//! Moving one error: resolve, ignore, reopen, merge, unmerge.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bugsage_domain::error::{ErrorCommand, IgnoredUntil, RELEASE_MAX, ResolvedHow};
use bugsage_domain::ids::ErrorId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::change::{context, execute, first_answer, known, rules_for, standing_of};
use super::fields::Release;
use super::written::ErrorWritten;
use super::{At, clean, moment, written};
use crate::access::{Authorized, Caller, may};
use crate::problem::Problem;
use crate::problem::documented::Changing;
use crate::state::App;

/// How an error is to be resolved.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResolveRequest {
    /// The release that no longer has it; 1–200 characters.
    #[schema(inline)]
    pub in_release: Option<Release>,
}

/// How long an error is to be ignored: give one of the two, or neither for ever.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IgnoreRequest {
    /// Until this moment.
    #[serde(deserialize_with = "moment")]
    pub until: Option<DateTime<Utc>>,
    /// Until it has occurred so many times more.
    pub more_occurrences: Option<u32>,
}

/// Where an error is to be merged into.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The error that goes on.
    pub into: Uuid,
}

/// A handler of `POST /api/v1/errors/{id}/<verb>` with its OpenAPI entry.
macro_rules! verb {
    ($(#[$doc:meta])* $name:ident, $path:literal, $body:ty, |$app:ident, $caller:ident, $id:ident, $request:ident| $command:expr) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "errors", security(("api_key" = ["errors:write"])),
            params(("error_id" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
            request_body = $body, responses(
            (status = 200, description = "Done, or as it was", body = ErrorWritten),
            Changing,
        ))]
        pub async fn $name(
            State($app): State<App>,
            $caller: Authorized<may::ErrorsWrite>,
            At($id): At<Uuid>,
            headers: HeaderMap,
            Body($request, _held): Body<$body>,
        ) -> Result<Response, Problem> {
            let what = format!("{} {}", stringify!($name), $id);
            let context = context(&$caller, &headers, &$request, &what)?;
            if let Some(first) = first_answer(&$app, &context).await? {
                return Ok(first);
            }
            let command = $command;
            Ok(written(execute(&$app, &$caller, ErrorId($id), command, context).await?))
        }
    };
}

verb!(
    /// Resolves it: the next occurrence makes it regress.
    resolve, "/api/v1/errors/{error_id}/resolve", ResolveRequest,
    |app, caller, id, request| ErrorCommand::Resolve {
        by: caller.actor().clone(),
        at: app.clock.now(),
        how: ResolvedHow::Manually,
        in_release: match &request.in_release {
            Some(release) => {
                let rules = rules_for(&app, &caller, ErrorId(id)).await?;
                Some(clean(release, RELEASE_MAX, &rules))
            }
            None => None,
        },
    }
);
verb!(
    /// Ignores it: for ever, until a time, or until it has occurred so many times more.
    ignore, "/api/v1/errors/{error_id}/ignore", IgnoreRequest,
    |app, caller, id, request| ErrorCommand::Ignore {
        by: caller.actor().clone(),
        at: app.clock.now(),
        until: ignored_until(&app, &caller, ErrorId(id), &request).await?,
    }
);
verb!(
    /// Takes back that it is resolved or ignored.
    reopen, "/api/v1/errors/{error_id}/reopen", Empty,
    |app, caller, id, request| ErrorCommand::Reopen { by: caller.actor().clone() }
);
verb!(
    /// Merges it into another error of the project; all its occurrences, past and to come, count there.
    merge, "/api/v1/errors/{error_id}/merge", MergeRequest,
    |app, caller, id, request| {
        let project = known(&app, &caller, ErrorId(id)).await?.project;
        let into = standing_of(&app, &caller, ErrorId(request.into)).await?;
        let into = into.filter(|into| into.project == project);
        let into = into.ok_or_else(|| Problem::invalid("into names no error of this project"))?;
        ErrorCommand::Merge { into: into.root }
    }
);
verb!(
    /// Takes a merge back: its occurrences, past and to come, are its own again.
    unmerge, "/api/v1/errors/{error_id}/unmerge", Empty,
    |app, caller, id, request| ErrorCommand::Unmerge
);

/// An empty object: the command needs nothing more.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Empty {}

async fn ignored_until(
    app: &App,
    caller: &Caller,
    id: ErrorId,
    request: &IgnoreRequest,
) -> Result<IgnoredUntil, Problem> {
    match (request.until, request.more_occurrences) {
        (None, None) => Ok(IgnoredUntil::Forever),
        (Some(at), None) => Ok(IgnoredUntil::Time { at }),
        (None, Some(0)) => Err(Problem::invalid("more_occurrences is at least 1")),
        (None, Some(more)) => {
            let now = u64::try_from(known(app, caller, id).await?.count).unwrap_or(0);
            Ok(IgnoredUntil::Occurrences {
                count: now.saturating_add(u64::from(more)),
            })
        }
        (Some(_), Some(_)) => Err(Problem::invalid("give until or more_occurrences, not both")),
    }
}
