//! One action on many errors, an answer for each.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use bugsage_domain::error::{ErrorCommand, IgnoredUntil, ResolvedHow};
use bugsage_domain::ids::ErrorId;
use futures::StreamExt;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::change::{execute, rules_for};
use super::fields::{Assignee, Ids, Tags};
use super::{assignee, at_position, clean_tags};
use crate::access::{Authorized, Caller, may};
use crate::problem::Problem;
use crate::problem::documented::ChangingMany;
use crate::state::App;

/// Commands under way at once; they commit together.
const AT_ONCE: usize = 64;

/// What to do with each of the errors.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// It is gone.
    Resolve {
        /// The errors.
        #[serde(deserialize_with = "ids")]
        #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 1000)]
        ids: Ids,
    },
    /// It may occur.
    Ignore {
        /// The errors.
        #[serde(deserialize_with = "ids")]
        #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 1000)]
        ids: Ids,
    },
    /// Somebody looks after it.
    Assign {
        /// The errors.
        #[serde(deserialize_with = "ids")]
        #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 1000)]
        ids: Ids,
        /// Who; null for nobody.
        #[serde(default, deserialize_with = "assigned_to")]
        #[schema(inline)]
        assigned_to: Option<Assignee>,
    },
    /// It gets and loses tags.
    Tag {
        /// The errors.
        #[serde(deserialize_with = "ids")]
        #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 1000)]
        ids: Ids,
        /// Tags to add.
        #[serde(default, deserialize_with = "add")]
        #[schema(inline)]
        add: Tags,
        /// Tags to take away.
        #[serde(default, deserialize_with = "remove")]
        #[schema(inline)]
        remove: Tags,
    },
    /// It disappears.
    Delete {
        /// The errors.
        #[serde(deserialize_with = "ids")]
        #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 1000)]
        ids: Ids,
    },
}

/// Reads a field and names it in what is wrong with it: which action it is has to be known first, and
/// with that the place in the body is lost.
macro_rules! named {
    ($field:ident: $kind:ty) => {
        fn $field<'de, D: Deserializer<'de>>(field: D) -> Result<$kind, D::Error> {
            Deserialize::deserialize(field).map_err(|fault: D::Error| {
                D::Error::custom(format!("{}: {fault}", stringify!($field)))
            })
        }
    };
}

named!(ids: Ids);
named!(assigned_to: Option<Assignee>);
named!(add: Tags);
named!(remove: Tags);

/// What became of one error.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkResult {
    /// The error.
    pub id: Uuid,
    /// 200, or why not.
    pub status: u16,
    /// The version it stands at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkDone {
    /// How many were changed or already so.
    pub succeeded: usize,
    /// How many were not.
    pub failed: usize,
    /// In the order of the request.
    pub results: Vec<BulkResult>,
}

impl BulkAction {
    fn ids(&self) -> &[Uuid] {
        match self {
            Self::Resolve { ids }
            | Self::Ignore { ids }
            | Self::Assign { ids, .. }
            | Self::Tag { ids, .. }
            | Self::Delete { ids } => ids,
        }
    }

    /// Whom errors are assigned to, as events name them: looked up once for all.
    async fn to(&self, app: &App, caller: &Caller) -> Result<Option<String>, Problem> {
        match self {
            Self::Assign {
                assigned_to: Some(who),
                ..
            } => assignee(app, caller, who).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn command(
        &self,
        (app, caller): (&App, &Caller),
        id: ErrorId,
        to: Option<&str>,
    ) -> Result<ErrorCommand, Problem> {
        let (by, at) = (caller.actor().clone(), app.clock.now());
        Ok(match self {
            Self::Resolve { .. } => ErrorCommand::Resolve {
                by,
                at,
                how: ResolvedHow::Manually,
                in_release: None,
            },
            Self::Ignore { .. } => ErrorCommand::Ignore {
                by,
                at,
                until: IgnoredUntil::Forever,
            },
            Self::Assign { .. } => ErrorCommand::Assign {
                to: to.map(str::to_owned),
            },
            Self::Tag { add, remove, .. } => {
                let rules = rules_for(app, caller, id).await?;
                ErrorCommand::Tag {
                    add: clean_tags(add, &rules),
                    remove: clean_tags(remove, &rules),
                }
            }
            Self::Delete { .. } => ErrorCommand::Delete { by },
        })
    }
}

/// Resolves, ignores, assigns, tags or deletes up to 1,000 errors.
#[utoipa::path(post, path = "/api/v1/errors/bulk-actions", tag = "errors", security(("api_key" = ["errors:write"])), request_body = BulkAction, responses(
    (status = 200, description = "An answer for each", body = BulkDone),
    ChangingMany,
))]
pub async fn bulk(
    State(app): State<App>,
    caller: Authorized<may::ErrorsWrite>,
    Body(action, _held): Body<BulkAction>,
) -> Result<Response, Problem> {
    let to = action.to(&app, &caller).await?;
    let ids = action.ids().to_vec();
    let changes = ids.into_iter().map(|id| {
        let (app, caller, action, to) = (&app, &caller, &action, to.as_deref());
        async move {
            let done = async {
                let command = action.command((app, caller), ErrorId(id), to).await?;
                execute(app, caller, ErrorId(id), command, caller.context()).await
            };
            (id, done.await)
        }
    });
    let done: Vec<_> = futures::stream::iter(changes)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut position = 0;
    let results: Vec<BulkResult> = done
        .into_iter()
        .map(|(id, outcome)| match outcome {
            Ok(executed) => {
                position = position.max(executed.position);
                BulkResult {
                    id,
                    status: 200,
                    version: Some(executed.sequence),
                    problem: None,
                }
            }
            Err(problem) => BulkResult {
                id,
                status: problem.status,
                version: None,
                problem: Some(problem),
            },
        })
        .collect();
    let succeeded = results
        .iter()
        .filter(|result| result.problem.is_none())
        .count();
    let failed = results.len() - succeeded;
    let body = Json(BulkDone {
        succeeded,
        failed,
        results,
    });
    Ok(at_position(position, body))
}
