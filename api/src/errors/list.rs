//! Listing errors.

use axum::Json;
use axum::extract::State;
use bugsage_commands::access::members;
use bugsage_domain::error::ErrorStatus;
use bugsage_domain::ids::ProjectId;
use bugsage_domain::severity::Severity;
use bugsage_projections::errors::{ErrorList, ListQuery, Order, Sort};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fields::{Filter, Sought};
use super::{Asked, moment};
use crate::access::{Authorized, may};
use crate::problem::Problem;
use crate::problem::documented::Asking;
use crate::state::App;

/// What a list of errors is asked for; all filters must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// low, medium, high or critical.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// detected, analyzing, fixing, resolved or ignored.
    #[param(value_type = Option<String>)]
    status: Option<ErrorStatus>,
    /// Where it was reported.
    #[param(inline)]
    source: Option<Filter>,
    /// The project's number.
    project_id: Option<i64>,
    /// Who looks after it.
    #[param(inline)]
    assigned_to: Option<Filter>,
    /// Its category.
    #[param(inline)]
    category: Option<Filter>,
    /// One of its tags, or `key:value` of one of its occurrences.
    #[param(inline)]
    tag: Option<Filter>,
    /// Seen in this environment.
    #[param(inline)]
    environment: Option<Filter>,
    /// Seen in this release.
    #[param(inline)]
    release: Option<Filter>,
    /// Text in title or culprit.
    #[param(inline)]
    search: Option<Sought>,
    /// Last seen then or later (RFC 3339).
    #[serde(deserialize_with = "moment")]
    date_from: Option<DateTime<Utc>>,
    /// Last seen then or earlier (RFC 3339).
    #[serde(deserialize_with = "moment")]
    date_to: Option<DateTime<Utc>>,
    /// last_seen, first_seen, count or users_affected.
    #[param(value_type = Option<String>)]
    sort: Sort,
    /// desc or asc.
    #[param(value_type = Option<String>)]
    order: Order,
    /// Rows to leave out.
    skip: u32,
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before; instead of skip.
    cursor: Option<String>,
}

impl Default for ListParams {
    fn default() -> Self {
        let ListQuery {
            sort,
            order,
            skip,
            limit,
            ..
        } = ListQuery::default();
        Self {
            sort,
            order,
            skip,
            limit,
            severity: None,
            status: None,
            source: None,
            project_id: None,
            assigned_to: None,
            category: None,
            tag: None,
            environment: None,
            release: None,
            search: None,
            date_from: None,
            date_to: None,
            cursor: None,
        }
    }
}

impl From<ListParams> for ListQuery {
    fn from(params: ListParams) -> Self {
        Self {
            severity: params.severity,
            status: params.status,
            source: params.source.map(String::from),
            assignee: params.assigned_to.map(String::from),
            assignee_id: None,
            category: params.category.map(String::from),
            tag: params.tag.map(String::from),
            environment: params.environment.map(String::from),
            release: params.release.map(String::from),
            date_from: params.date_from,
            date_to: params.date_to,
            search: params.search.map(String::from),
            sort: params.sort,
            order: params.order,
            skip: params.skip,
            limit: params.limit,
            cursor: params.cursor,
        }
    }
}

/// Lists errors. Deleted ones and those merged into another are not among them.
#[utoipa::path(get, path = "/api/v1/errors", tag = "errors", security(("api_key" = ["errors:read"])), params(ListParams), responses(
    (status = 200, description = "The errors", body = ErrorList),
    Asking,
))]
pub async fn list(
    State(app): State<App>,
    caller: Authorized<may::ErrorsRead>,
    Asked(params): Asked<ListParams>,
) -> Result<Json<ErrorList>, Problem> {
    let named = params.project_id.map(ProjectId);
    let scope = caller.narrowed(&app, named).await?;
    let mut query = ListQuery::from(params);
    if let Some(who) = &query.assignee {
        query.assignee_id = members::named(&app.database, scope.organization, who).await?;
    }
    Ok(Json(
        app.queries.list(&scope, &query, app.clock.now()).await?,
    ))
}
