//! `/api/v1/audit`: what happened around access.

use axum::Json;
use axum::extract::State;
use bugsage_commands::access::Listed;
use bugsage_commands::audit::{self, Entry, Question};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::{Authorized, may};
use crate::errors::{Asked, moment};
use crate::problem::Problem;
use crate::problem::documented::Asking;
use crate::state::App;

/// Which records; all filters must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditParams {
    /// Who did it, such as `user:…` or `api_key:…`.
    actor: Option<String>,
    /// What was done, such as `membership.changed`.
    action: Option<String>,
    /// On what, such as `user:…` or `project:7`.
    subject: Option<String>,
    /// Then or later (RFC 3339).
    #[serde(deserialize_with = "moment")]
    date_from: Option<DateTime<Utc>>,
    /// Then or earlier (RFC 3339).
    #[serde(deserialize_with = "moment")]
    date_to: Option<DateTime<Utc>>,
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before.
    cursor: Option<String>,
}

impl Default for AuditParams {
    fn default() -> Self {
        Self {
            actor: None,
            action: None,
            subject: None,
            date_from: None,
            date_to: None,
            limit: 100,
            cursor: None,
        }
    }
}

/// Lists what happened around access, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "organization",
    security(("api_key" = ["audit:read"])), params(AuditParams), responses(
    (status = 200, description = "The records", body = Listed<Entry>),
    Asking,
))]
pub async fn list_audit(
    State(app): State<App>,
    caller: Authorized<may::AuditRead>,
    Asked(params): Asked<AuditParams>,
) -> Result<Json<Listed<Entry>>, Problem> {
    let question = Question {
        actor: params.actor,
        action: params.action,
        subject: params.subject,
        from: params.date_from,
        to: params.date_to,
    };
    let page = bugsage_commands::access::Page {
        limit: params.limit,
        cursor: params.cursor,
    };
    let listed = audit::list(&app.database, caller.organization(), &question, &page).await?;
    Ok(Json(listed))
}
