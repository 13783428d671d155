//! How many there can be of each thing.

use bugsage_domain::ids::OrganizationId;
use sqlx::PgConnection;

use super::AccessError;

/// Something there can only be so many of in an organization.
pub(super) struct Bounded {
    pub(super) what: &'static str,
    pub(super) max: i64,
    /// Counts them; `$1` is the organization.
    pub(super) count: &'static str,
}

impl Bounded {
    /// Whether one more is possible. Two who ask at the same moment may both be told so: the bound
    /// keeps tables small and is no promise.
    pub(super) async fn room(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
    ) -> Result<(), AccessError> {
        let there: i64 = sqlx::query_scalar(self.count)
            .bind(organization.0)
            .fetch_one(connection)
            .await?;
        if there >= self.max {
            let Self { what, max, .. } = *self;
            return Err(AccessError::TooMany { what, max });
        }
        Ok(())
    }
}
