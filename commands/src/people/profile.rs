//! What a person says of themselves.

use bugsage_domain::ids::UserId;
use bugsage_event_store::person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{People, PeopleError, by};
use crate::audit::Origin;

/// PostgreSQL's `invalid_parameter_value`.
const INVALID: &str = "22023";
/// Characters of the longest name of a time zone.
const TIME_ZONE_MAX: usize = 64;

/// A person, as they see themselves.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Profile {
    /// Who.
    pub user_id: Uuid,
    /// Their address.
    pub email: String,
    /// What they are called; may be empty.
    pub name: String,
    /// Where their days begin, such as `Europe/Paris`.
    pub time_zone: String,
    /// What they want mail about.
    #[sqlx(json)]
    pub preferences: Preferences,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// What is kept in `users.preferences`; what is missing there is as the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// What they want mail about.
    pub notifications: Notifications,
}

/// What a person wants mail about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notifications {
    /// Errors that were never seen before.
    pub new_errors: bool,
    /// Errors that came back.
    pub regressions: bool,
    /// Errors that are assigned to them.
    pub assignments: bool,
    /// What happened, once a week.
    pub weekly_summary: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            new_errors: true,
            regressions: true,
            assignments: true,
            weekly_summary: false,
        }
    }
}

/// New values of a profile; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// See [`Profile::name`].
    pub name: Option<String>,
    /// See [`Profile::time_zone`].
    pub time_zone: Option<String>,
    /// See [`Notifications`].
    pub notifications: Option<Notifications>,
}

impl People {
    /// How a person's profile stands.
    ///
    /// # Errors
    /// [`PeopleError::Over`] if they are erased, or when the database fails.
    pub async fn profile(&self, user: UserId) -> Result<Profile, PeopleError> {
        let mut transaction = person(&self.database, user).await?;
        read(&mut transaction, user).await
    }

    /// Changes a profile.
    ///
    /// # Errors
    /// [`PeopleError::TimeZone`], and as [`Self::profile`].
    pub async fn change_profile(
        &self,
        user: UserId,
        change: Change,
        origin: &Origin,
    ) -> Result<Profile, PeopleError> {
        let mut transaction = person(&self.database, user).await?;
        let mut profile = read(&mut transaction, user).await?;
        let time_zone = change
            .time_zone
            .unwrap_or_else(|| profile.time_zone.clone());
        if !is_name_of_zone(&time_zone) {
            return Err(PeopleError::TimeZone);
        }
        profile.name = change.name.unwrap_or(profile.name);
        profile.time_zone = time_zone;
        profile.preferences.notifications = change
            .notifications
            .unwrap_or(profile.preferences.notifications);
        sqlx::query("select update_profile($1, $2, $3, $4)")
            .bind(user.0)
            .bind(&profile.name)
            .bind(&profile.time_zone)
            .bind(Json(profile.preferences))
            .execute(&mut *transaction)
            .await
            .map_err(no_zone)?;
        // Not from what to what: the audit log outlives the person.
        self.record(
            &mut transaction,
            &by(user, origin),
            "user.changed",
            Some(user),
            None,
        )
        .await?;
        transaction.commit().await?;
        Ok(profile)
    }
}

async fn read(connection: &mut PgConnection, user: UserId) -> Result<Profile, PeopleError> {
    let profile = sqlx::query_as(
        "select user_id, email, name, time_zone, preferences, created_at
           from users where user_id = $1 and erased_at is null",
    )
    .bind(user.0)
    .fetch_optional(connection)
    .await?;
    profile.ok_or(PeopleError::Over)
}

/// Whether it has the form of one; PostgreSQL would also take offsets and abbreviations.
fn is_name_of_zone(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-');
    text == "UTC" || (text.len() <= TIME_ZONE_MAX && text.contains('/') && text.chars().all(plain))
}

fn no_zone(error: sqlx::Error) -> PeopleError {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some(INVALID) => PeopleError::TimeZone,
        _ => error.into(),
    }
}
