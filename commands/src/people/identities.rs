//! By which identity providers a person signs in, as they see and change it themselves.

use bugsage_domain::ids::{OrganizationId, UserId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{People, PeopleError, by};
use crate::audit::Origin;

/// What a provider knows a person by. How it calls them is its own business, and not told.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct LinkedIdentity {
    /// The provider.
    pub provider_id: Uuid,
    /// The organization that chose it.
    pub organization_id: Uuid,
    /// What the organization calls it.
    pub name: String,
    /// `oidc` or `github`.
    pub kind: String,
    /// Since when.
    pub linked_at: DateTime<Utc>,
}

/// What came of unlinking.
#[derive(FromRow)]
struct Unlinked {
    outcome: String,
    organization_id: Option<Uuid>,
    is_own: Option<bool>,
}

impl People {
    /// Those of a person, the oldest first; in a session that is confined, those of its organization.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identities(
        &self,
        user: UserId,
        confined: Option<OrganizationId>,
    ) -> Result<Vec<LinkedIdentity>, PeopleError> {
        let listed = sqlx::query_as("select * from identities_of($1, $2)")
            .bind(user.0)
            .bind(confined.map(|organization| organization.0))
            .fetch_all(&self.database)
            .await?;
        Ok(listed)
    }

    /// Takes one away, and ends the sessions that were begun by it.
    ///
    /// # Errors
    /// [`PeopleError::NoIdentity`], [`PeopleError::LastWay`], or when the database fails.
    pub async fn unlink(
        &self,
        user: UserId,
        provider: Uuid,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        let mut transaction = self.database.begin().await?;
        let Unlinked {
            outcome,
            organization_id,
            is_own,
        } = sqlx::query_as("select * from unlink_identity($1, $2, $3)")
            .bind(user.0)
            .bind(provider)
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        match outcome.as_str() {
            "unlinked" => {}
            "last" => return Err(PeopleError::LastWay),
            _ => return Err(PeopleError::NoIdentity),
        }
        let origin = by(user, origin);
        // An organization that only says that they belong to it is told nothing of what they do.
        let told = organization_id.filter(|_| is_own == Some(true));
        let (organization, change) = match told {
            Some(id) => {
                let before = json!({ "provider": provider });
                (Some(OrganizationId(id)), Some((before, Value::Null)))
            }
            None => (None, None),
        };
        let action = "identity.unlinked";
        self.record_in(
            organization,
            &mut transaction,
            &origin,
            action,
            Some(user),
            change,
        )
        .await?;
        transaction.commit().await?;
        self.seen.forget_all();
        Ok(())
    }
}
