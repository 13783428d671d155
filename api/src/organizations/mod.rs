//! What an organization has: its members, teams, projects and keys, and the record of their changes.

pub mod analysis_policy;
pub mod api_keys;
pub mod audit;
pub mod dsn_keys;
pub mod invitations;
pub mod members;
pub mod organization;
pub mod project_roles;
pub mod projects;
pub mod providers;
pub mod service_accounts;
pub mod teams;

use bugsage_commands::access::{self, AccessError, Acting};
use bugsage_domain::access::Refusal;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::refused::{self, Whose};
use crate::problem::Problem;
use crate::state::App;

/// How many rows of a list, and from where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Rows of an answer, 1 to 1,000.
    limit: u32,
    /// The next_cursor of the answer before.
    cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 100,
            cursor: None,
        }
    }
}

impl From<Page> for access::Page {
    fn from(page: Page) -> Self {
        Self {
            limit: page.limit,
            cursor: page.cursor,
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let told = error.to_string();
        match error {
            AccessError::Unknown(what) => Self::not_found(&format!("such {what}")),
            AccessError::Refused(Refusal::MoreThanYours(_) | Refusal::AboveYou(_)) => {
                Self::forbidden(told)
            }
            AccessError::Refused(Refusal::LastOwner)
            | AccessError::Conflict(_)
            | AccessError::TooMany { .. } => Self::conflict(told),
            AccessError::Refused(Refusal::NotInProjects(_)) | AccessError::Invalid(_) => {
                Self::invalid(told)
            }
            AccessError::Page(_) => Self::bad_request(told),
            AccessError::Failed(_) => Self::internal(&told),
            AccessError::Database(error) => error.into(),
        }
    }
}

/// What came of a change; that it was refused is told to the audit log.
async fn done<T>(
    app: &App,
    acting: &Acting,
    what: &str,
    outcome: Result<T, AccessError>,
) -> Result<T, Problem> {
    if let Err(AccessError::Refused(refusal)) = &outcome {
        let (whose, origin) = (
            Whose::Organization(acting.organization),
            acting.origin.clone(),
        );
        refused::tell(app, whose, origin, what, &refusal.to_string()).await;
    }
    Ok(outcome?)
}
