//! Registering, signing in, and going on with a session.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bugsage_commands::access::{AccessError, invitations};
use bugsage_commands::people::{Email, Means, Registration};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Session, Told, name};
use super::{Here, means};
use crate::access::identity::Oneself;
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{ChangingOneself, SigningIn};
use crate::settings;
use crate::state::App;

/// Bytes of a body here: two passwords and an address, in any letters.
pub(super) const MAX: usize = 16 * 1024;

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// An address that can be read: the account begins once it is confirmed.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// 12–128 characters, and none of those that everybody tries first.
    #[schema(min_length = 12, max_length = 128, format = Password)]
    pub password: String,
    /// At most 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub name: String,
    /// The token of an invitation for this address, where registering needs one. It is not used up:
    /// accept it once signed in.
    pub invitation: Option<String>,
}

/// Registers an account. The answer is the same for an address that has one.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "people", security(()), request_body = Register, responses(
    (status = 202, description = "A letter is on its way", body = Told),
    SigningIn,
))]
pub async fn register(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<Register, MAX>,
) -> Result<Response, Problem> {
    let email: Email = asked.email.parse()?;
    match app.settings.people.registration {
        settings::Registration::Open => {}
        settings::Registration::Invitation => {
            invited(&app, &email, asked.invitation.as_deref()).await?;
        }
        settings::Registration::Off => {
            return Err(Problem::forbidden(
                "nobody can register here: ask who runs this installation",
            ));
        }
    }
    let registration = Registration {
        email,
        name: name(&asked.name)?,
        password: asked.password,
    };
    app.people.register(&registration, &origin).await?;
    Ok(Told::answer(
        StatusCode::ACCEPTED,
        "look at your mail: a letter there says how to go on",
    ))
}

/// Lets on who holds an invitation for this address. The address must be confirmed all the same: who
/// invites sees the token too.
async fn invited(app: &App, email: &Email, token: Option<&str>) -> Result<(), Problem> {
    let found = match token {
        Some(token) => match invitations::find(&app.database, token, app.clock.now()).await {
            Ok(found) => found.email,
            Err(AccessError::Database(error)) => return Err(error.into()),
            Err(_) => None,
        },
        None => None,
    };
    match found.as_deref() == Some(email.as_str()) {
        true => Ok(()),
        false => Err(Problem::forbidden(
            "an account begins with an invitation here: ask an admin for one, and register with its token",
        )),
    }
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The account's address.
    pub email: String,
    /// The account's password.
    #[schema(format = Password)]
    pub password: String,
    /// What the session is to be held by.
    #[serde(default)]
    pub session: Held,
}

/// What a session is held by.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// An access token and a refresh token, for programs.
    #[default]
    Tokens,
    /// A cookie, for browsers.
    Cookie,
}

/// Signs in. After some failures, by account and by network, each next try must wait longer.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "people", security(()), request_body = Login, responses(
    (status = 200, description = "Signed in", body = Session),
    SigningIn,
))]
pub async fn login(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<Login, MAX>,
) -> Result<Response, Problem> {
    let means = match asked.session {
        Held::Tokens => Means::Tokens,
        Held::Cookie => Means::Cookie,
    };
    let email = asked.email.parse()?;
    let signed_in = app
        .people
        .sign_in(&email, &asked.password, means, &origin)
        .await?;
    Ok(Session::answer(&app, signed_in))
}

/// Who goes on with a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// As the last answer gave it. It is used up.
    pub refresh_token: String,
}

/// Gives the next two tokens. A refresh token that comes twice ends its session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "people", security(()), request_body = Refresh, responses(
    (status = 200, description = "The session goes on", body = Session),
    SigningIn,
))]
pub async fn refresh(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<Refresh, MAX>,
) -> Result<Response, Problem> {
    let signed_in = app.people.refresh(&asked.refresh_token, &origin).await?;
    Ok(Session::answer(&app, signed_in))
}

/// A new password in place of an old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The one that holds now.
    #[schema(format = Password)]
    pub old_password: String,
    /// 12–128 characters, and none of those that everybody tries first.
    #[schema(min_length = 12, max_length = 128, format = Password)]
    pub new_password: String,
}

/// Changes one's password. Every session ends; the answer is a new one, held as this one was.
#[utoipa::path(post, path = "/api/v1/auth/password/change", tag = "people",
    security(("access_token" = []), ("session" = [])), request_body = ChangePassword, responses(
    (status = 200, description = "Changed", body = Session),
    ChangingOneself,
))]
pub async fn change_password(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    headers: HeaderMap,
    Body(asked, _held): Body<ChangePassword, MAX>,
) -> Result<Response, Problem> {
    let (old, new) = (&asked.old_password, &asked.new_password);
    let changed = app
        .people
        .change_password(person.user, old, new, means(&headers), &origin);
    Ok(Session::answer(&app, changed.await?))
}
