//! OAuth 2.0 for programs: a service account's secret for an access token (RFC 6749, 4.4).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bugsage_commands::access::service_accounts::with_secret;
use bugsage_commands::audit::{self, Origin, Record};
use bugsage_commands::people::ACCESS_LIFETIME;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Response as Described};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use super::Here;
use super::body::unkept;
use crate::access::refused::{self, Whose};
use crate::in_flight::PATIENCE;
use crate::limits;
use crate::problem::Problem;
use crate::problem::documented::described;
use crate::state::App;

/// Bytes of a body here.
const MAX: usize = 4 * 1024;
/// It is held as it came, and as what is made of it.
const COPIES: usize = 2;

/// What a program asks for.
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// The id of the service account, where it is not in `Authorization: Basic`.
    client_id: Option<String>,
    /// Its secret, where it is not in `Authorization: Basic`.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// An access token.
#[derive(Serialize, ToSchema)]
pub struct Token {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which it is valid.
    expires_in: i64,
    /// What the account may do, whatever was asked for.
    scope: String,
}

/// Why there is no token, as OAuth has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoToken {
    /// The kind of fault, by the words of OAuth.
    #[schema(example = "invalid_client")]
    error: &'static str,
    /// What was wrong, and what to do.
    error_description: String,
    #[serde(skip)]
    status: u16,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl NoToken {
    fn new(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            error_description: description.into(),
            status,
            retry_after: None,
        }
    }

    fn client() -> Self {
        let told = "there is no service account with this client_id and client_secret";
        Self::new(401, "invalid_client", told)
    }
}

impl From<Problem> for NoToken {
    fn from(problem: Problem) -> Self {
        let error = match problem.status {
            500 => "server_error",
            429 | 503 => "temporarily_unavailable",
            _ => "invalid_request",
        };
        Self {
            retry_after: problem.retry_after,
            ..Self::new(problem.status, error, problem.detail)
        }
    }
}

impl IntoResponse for NoToken {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = unkept((status, Json(self)).into_response());
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let basic = axum::http::HeaderValue::from_static("Basic");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

impl IntoResponses for NoToken {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let why = |status, meaning| described(status, meaning, "NoToken", "application/json");
        BTreeMap::from([
            why(400, "Not a request that OAuth knows"),
            why(401, "No such account, or not its secret"),
            why(413, "Too large"),
            why(415, "Not application/x-www-form-urlencoded"),
            why(429, "Too much at once"),
            why(500, "A fault of ours"),
            why(503, "The database does not answer"),
        ])
    }
}

/// Gives a program an access token for the id and secret of its service account.
#[utoipa::path(post, path = "/oauth/token", tag = "oauth", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "A token", body = Token),
    NoToken,
))]
pub async fn token(
    State(app): State<App>,
    Here(origin): Here,
    request: Request,
) -> Result<Response, NoToken> {
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let asked = read(&app, request).await?;
    if asked.grant_type != "client_credentials" {
        let told = "grant_type must be client_credentials";
        return Err(NoToken::new(400, "unsupported_grant_type", told));
    }
    let (id, secret) = credentials(&headers, asked).ok_or_else(NoToken::client)?;
    let proved = with_secret(&app.database, id, &secret)
        .await
        .map_err(Problem::from)?;
    let machine = app
        .access
        .service_account(id)
        .await
        .map_err(Problem::from)?;
    let (Some(proved), Some(machine)) = (proved, machine.clone()) else {
        if let Some(machine) = machine {
            let what = format!("service_account:{id}");
            let whose = Whose::Organization(machine.organization);
            refused::tell(&app, whose, origin, &what, "wrong secret").await;
        }
        return Err(NoToken::client());
    };
    limits::admit(
        &app,
        &extensions,
        &machine.actor,
        Some(machine.organization),
    )?;
    let token = app.people.program_token(id, proved.secret).await;
    let token = token.map_err(Problem::from)?;
    let record = Record {
        organization: Some(machine.organization),
        user: None,
        at: app.clock.now(),
        action: "token.issued",
        subject: format!("service_account:{id}"),
        before: None,
        after: None,
    };
    let origin = Origin {
        actor: machine.actor.to_string(),
        ..origin
    };
    let mut connection = app.database.acquire().await.map_err(Problem::from)?;
    audit::record(&mut connection, &origin, record)
        .await
        .map_err(Problem::from)?;
    Ok(unkept(
        Json(Token {
            access_token: token,
            token_type: "Bearer",
            expires_in: ACCESS_LIFETIME.num_seconds(),
            scope: proved.scopes.words().join(" "),
        })
        .into_response(),
    ))
}

async fn read(app: &App, request: Request) -> Result<TokenRequest, NoToken> {
    let (parts, body) = request.into_parts();
    let read = app
        .in_flight
        .read(
            &parts.headers,
            body,
            MAX,
            COPIES,
            app.settings.server.body.min(PATIENCE),
        )
        .await;
    let (bytes, _held) = read.map_err(Problem::from)?;
    let request = Request::from_parts(parts, bytes.into());
    match Form::<TokenRequest>::from_request(request, &()).await {
        Ok(Form(asked)) => Ok(asked),
        Err(rejection) => {
            let status = match rejection.status().as_u16() {
                415 => 415,
                _ => 400,
            };
            Err(NoToken::new(
                status,
                "invalid_request",
                rejection.body_text(),
            ))
        }
    }
}

/// The id and the secret, from the header or the body.
fn credentials(headers: &HeaderMap, asked: TokenRequest) -> Option<(Uuid, String)> {
    let (id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(value) => {
            let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
            let pair = STANDARD.decode(encoded.trim()).ok()?;
            let pair = String::from_utf8(pair).ok()?;
            let (id, secret) = pair.split_once(':')?;
            let plain =
                |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
            scheme.eq_ignore_ascii_case("basic").then_some(())?;
            (plain(id)?, plain(secret)?)
        }
        None => (asked.client_id?, asked.client_secret?),
    };
    Some((id.parse().ok()?, secret))
}
