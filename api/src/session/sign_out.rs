//! The end of sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::body::Told;
use super::cookie;
use crate::access::identity::{Oneself, SignedIn};
use crate::problem::Problem;
use crate::problem::documented::Personal;
use crate::state::App;

/// Ends this session.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "people",
    security(("access_token" = []), ("session" = [])), responses(
    (status = 200, description = "Signed out", body = Told),
    Personal,
))]
pub async fn logout(
    State(app): State<App>,
    SignedIn { person, origin }: SignedIn,
) -> Result<Response, Problem> {
    app.people.sign_out(person.into(), &origin).await?;
    Ok(over(&app, "this session is over"))
}

/// Ends every session of one's own, on every device.
#[utoipa::path(post, path = "/api/v1/auth/logout-all", tag = "people",
    security(("access_token" = []), ("session" = [])), responses(
    (status = 200, description = "Signed out everywhere", body = Told),
    Personal,
))]
pub async fn logout_all(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
) -> Result<Response, Problem> {
    app.people.sign_out_everywhere(person.user, &origin).await?;
    Ok(over(&app, "every session is over"))
}

pub(super) fn over(app: &App, message: &'static str) -> Response {
    let mut response = Told::answer(StatusCode::OK, message);
    cookie::clear(app, response.headers_mut());
    response
}
