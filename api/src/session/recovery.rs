//! What is proved by reading mail.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::body::Told;
use super::sign_in::MAX;
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::SigningIn;
use crate::state::App;

/// The code of a letter, and the password of who registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// As the letter shows it. It is used up.
    pub token: String,
    /// The one that was registered: the letter alone says nothing of who did.
    #[schema(format = Password)]
    pub password: String,
}

/// Confirms an address: from then on its person can sign in. Where somebody else registered it as well, a
/// password that is set by "forgot password" confirms it.
#[utoipa::path(post, path = "/api/v1/auth/verify-email", tag = "people", security(()), request_body = VerifyEmail, responses(
    (status = 200, description = "Confirmed", body = Told),
    SigningIn,
))]
pub async fn verify_email(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<VerifyEmail, MAX>,
) -> Result<Response, Problem> {
    app.people
        .confirm(&asked.token, &asked.password, &origin)
        .await?;
    Ok(Told::answer(
        StatusCode::OK,
        "the address is confirmed: sign in",
    ))
}

/// An address to write to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToAddress {
    /// The account's address.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
}

/// Sends the code that confirms an address again. The answer is the same where nobody waits for it.
#[utoipa::path(post, path = "/api/v1/auth/verify-email/resend", tag = "people", security(()), request_body = ToAddress, responses(
    (status = 202, description = "If an account waits for it, a letter is on its way", body = Told),
    SigningIn,
))]
pub async fn resend(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<ToAddress, MAX>,
) -> Result<Response, Problem> {
    app.people
        .ask_to_confirm(&asked.email.parse()?, &origin)
        .await?;
    Ok(Told::answer(
        StatusCode::ACCEPTED,
        "if an account waits for it, a letter is on its way",
    ))
}

/// Sends a code with which a new password can be set. The answer is the same where there is no
/// such account.
#[utoipa::path(post, path = "/api/v1/auth/password/forgot", tag = "people", security(()), request_body = ToAddress, responses(
    (status = 202, description = "If there is such an account, a letter is on its way", body = Told),
    SigningIn,
))]
pub async fn forgot_password(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<ToAddress, MAX>,
) -> Result<Response, Problem> {
    app.people
        .forgot_password(&asked.email.parse()?, &origin)
        .await?;
    Ok(Told::answer(
        StatusCode::ACCEPTED,
        "if there is such an account, a letter is on its way",
    ))
}

/// A new password, with the code of a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// As the letter shows it. It is used up.
    pub token: String,
    /// 12–128 characters, and none of those that everybody tries first.
    #[schema(min_length = 12, max_length = 128, format = Password)]
    pub password: String,
}

/// Sets a new password. Every session ends.
#[utoipa::path(post, path = "/api/v1/auth/password/reset", tag = "people", security(()), request_body = ResetPassword, responses(
    (status = 200, description = "The password is set", body = Told),
    SigningIn,
))]
pub async fn reset_password(
    State(app): State<App>,
    Here(origin): Here,
    Body(asked, _held): Body<ResetPassword, MAX>,
) -> Result<Response, Problem> {
    app.people
        .reset_password(&asked.token, &asked.password, &origin)
        .await?;
    Ok(Told::answer(StatusCode::OK, "the password is set: sign in"))
}
