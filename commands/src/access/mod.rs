//! Changes of who may do what: plain tables, each change with its record in the audit log in one
//! transaction.

pub mod api_keys;

use bugsage_domain::access::Permissions;
use bugsage_domain::ids::{OrganizationId, ProjectId};
use chrono::{DateTime, Utc};

use crate::audit::Origin;

/// Who changes something, where, and when.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The tenant.
    pub organization: OrganizationId,
    /// One project of it, where they act in that alone.
    pub project: Option<ProjectId>,
    /// All that they may do there: nobody grants more.
    pub permissions: Permissions,
    /// For the audit log.
    pub origin: Origin,
    /// The moment.
    pub at: DateTime<Utc>,
}
