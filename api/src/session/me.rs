//! `/api/v1/users/me`: what a person sees and says of themselves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bugsage_commands::people::{self, Change, Profile};
use bugsage_domain::ids::OrganizationId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{Told, name, unkept};
use super::sign_in::MAX;
use super::{done, sign_out};
use crate::access::identity::{Oneself, SignedIn};
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{ChangingOneself, Personal};
use crate::state::App;

/// A person, as they see themselves. In a session that was begun at an identity provider it is only the
/// id, the address and the organization: what that provider says must not open the rest of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub id: Uuid,
    /// Their address.
    pub email: String,
    /// The one organization that the session holds in, where it was begun at a provider of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<Uuid>,
    /// What they are called; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Where their days begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Europe/Paris")]
    pub time_zone: Option<String>,
    /// What they want mail about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notifications: Option<Notifications>,
    /// Since when they have an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_at: Option<DateTime<Utc>>,
}

/// What a person wants mail about.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
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

impl From<people::Notifications> for Notifications {
    fn from(wanted: people::Notifications) -> Self {
        Self {
            new_errors: wanted.new_errors,
            regressions: wanted.regressions,
            assignments: wanted.assignments,
            weekly_summary: wanted.weekly_summary,
        }
    }
}

impl From<Notifications> for people::Notifications {
    fn from(wanted: Notifications) -> Self {
        Self {
            new_errors: wanted.new_errors,
            regressions: wanted.regressions,
            assignments: wanted.assignments,
            weekly_summary: wanted.weekly_summary,
        }
    }
}

fn answer(profile: Profile, confined: Option<OrganizationId>) -> Response {
    let whole = confined.is_none();
    let me = Me {
        id: profile.user_id,
        email: profile.email,
        organization: confined.map(|organization| organization.0),
        name: whole.then_some(profile.name),
        time_zone: whole.then_some(profile.time_zone),
        notifications: whole.then_some(profile.preferences.notifications.into()),
        created_at: whole.then_some(profile.created_at),
    };
    unkept(Json(me).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/users/me", tag = "people",
    security(("access_token" = []), ("session" = [])), responses(
    (status = 200, description = "Oneself", body = Me),
    Personal,
))]
pub async fn me(
    State(app): State<App>,
    SignedIn { person, .. }: SignedIn,
) -> Result<Response, Problem> {
    let profile = app.people.profile(person.user).await?;
    Ok(answer(profile, person.confined))
}

/// New values; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeMe {
    /// At most 100 characters.
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// A name of the time zone database.
    #[schema(max_length = 64, example = "Europe/Paris")]
    pub time_zone: Option<String>,
    /// All of them.
    pub notifications: Option<Notifications>,
}

/// Changes what one says of oneself.
#[utoipa::path(patch, path = "/api/v1/users/me", tag = "people",
    security(("access_token" = []), ("session" = [])), request_body = ChangeMe, responses(
    (status = 200, description = "Changed", body = Me),
    ChangingOneself,
))]
pub async fn change_me(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    Body(asked, _held): Body<ChangeMe, MAX>,
) -> Result<Response, Problem> {
    let change = Change {
        name: asked.name.as_deref().map(name).transpose()?,
        time_zone: asked.time_zone,
        notifications: asked.notifications.map(Into::into),
    };
    let changed = app
        .people
        .change_profile(person.user, change, &origin)
        .await?;
    Ok(answer(changed, person.confined))
}

/// The proof that it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseMe {
    /// The account's password.
    #[schema(format = Password)]
    pub password: String,
}

/// Erases one's account and all that is personal, for good. History keeps an id that names nobody. An
/// organization without any other member is closed: its keys and projects take nothing more.
#[utoipa::path(delete, path = "/api/v1/users/me", tag = "people",
    security(("access_token" = []), ("session" = [])), request_body = EraseMe, responses(
    (status = 200, description = "Erased", body = Told),
    ChangingOneself,
))]
pub async fn erase_me(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    Body(asked, _held): Body<EraseMe, MAX>,
) -> Result<Response, Problem> {
    let erased = app
        .people
        .erase(person.user, &asked.password, &origin)
        .await;
    done(&app, (person, origin), erased).await?;
    Ok(sign_out::over(&app, "the account is erased"))
}
