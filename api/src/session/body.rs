//! What is asked and answered here.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bugsage_commands::people::{ACCESS_LIFETIME, Opened, SignedIn};
use bugsage_domain::access::is_unseen;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cookie;
use crate::problem::Problem;
use crate::state::App;

/// Characters of a person's name.
const NAME_MAX: usize = 100;

/// That something was done, or will be.
#[derive(Debug, Serialize, ToSchema)]
pub struct Told {
    /// In words.
    pub message: &'static str,
}

impl Told {
    pub(super) fn answer(status: StatusCode, message: &'static str) -> Response {
        unkept((status, Json(Self { message })).into_response())
    }
}

/// A session, and what it is held by: tokens, or the cookie that comes with the answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Who is signed in.
    pub user_id: Uuid,
    /// For the header `Authorization: Bearer …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_token: Option<String>,
    /// `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token_type: Option<&'static str>,
    /// Seconds for which the access token is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_in: Option<i64>,
    /// For the next two tokens, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
    /// With a cookie: for the header `X-CSRF-Token` of every change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub csrf_token: Option<String>,
}

impl Session {
    /// The answer that hands it out.
    pub(super) fn answer(app: &App, signed_in: SignedIn) -> Response {
        let mut session = Self {
            user_id: signed_in.user.0,
            access_token: None,
            token_type: None,
            expires_in: None,
            refresh_token: None,
            csrf_token: None,
        };
        match signed_in.opened {
            Opened::Tokens { access, refresh } => {
                session.access_token = Some(access);
                session.token_type = Some("Bearer");
                session.expires_in = Some(ACCESS_LIFETIME.num_seconds());
                session.refresh_token = Some(refresh);
                unkept(Json(session).into_response())
            }
            Opened::Cookie(secret) => {
                let csrf = app.people.csrf_token(signed_in.session);
                session.csrf_token = Some(csrf.clone());
                let mut response = unkept(Json(session).into_response());
                cookie::set(app, response.headers_mut(), &secret, &csrf);
                response
            }
        }
    }
}

/// An answer that no cache between may keep.
pub(super) fn unkept(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a person is called: any letters, few, and on one line.
pub(super) fn name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().count() > NAME_MAX || text.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "name has at most 100 characters, and no control characters",
        ));
    }
    Ok(text.to_owned())
}
