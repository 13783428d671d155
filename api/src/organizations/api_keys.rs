//! `/api/v1/api-keys`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::api_keys::{self, ApiKey, ApiKeyMade, NewApiKey};
use uuid::Uuid;

use super::{Page, done};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the API keys, but never the keys themselves.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "organization",
    security(("api_key" = ["api_keys:read"])), params(Page), responses(
    (status = 200, description = "The keys", body = Listed<ApiKey>),
    Asking,
))]
pub async fn list_api_keys(
    State(app): State<App>,
    caller: Authorized<may::ApiKeysRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<ApiKey>>, Problem> {
    let (organization, project) = (caller.organization(), caller.scope().project);
    let listed = api_keys::list(&app.database, organization, project, &page.into()).await?;
    Ok(Json(listed))
}

/// Makes an API key, with no scope that one does not have. It is shown this once.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "organization",
    security(("api_key" = ["api_keys:write"])), request_body = NewApiKey, responses(
    (status = 201, description = "Made", body = ApiKeyMade),
    Managing,
))]
pub async fn create_api_key(
    State(app): State<App>,
    caller: Authorized<may::ApiKeysWrite>,
    Body(asked, _held): Body<NewApiKey>,
) -> Result<(StatusCode, Json<ApiKeyMade>), Problem> {
    let acting = caller.acting(&app);
    let (id, secret) = (app.clock.new_id(), app.clock.new_secret());
    let made = api_keys::create(&app.database, &acting, &asked, id, &secret).await;
    let made = done(&app, &acting, "new API key", made).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes an API key: it stops to work within seconds.
#[utoipa::path(delete, path = "/api/v1/api-keys/{key_id}", tag = "organization",
    security(("api_key" = ["api_keys:write"])), params(("key_id" = Uuid, Path)), responses(
    (status = 204, description = "Revoked"),
    Removing,
))]
pub async fn revoke_api_key(
    State(app): State<App>,
    caller: Authorized<may::ApiKeysWrite>,
    At(key): At<Uuid>,
) -> Result<StatusCode, Problem> {
    api_keys::revoke(&app.database, &caller.acting(&app), key).await?;
    app.access.forget_machines();
    Ok(StatusCode::NO_CONTENT)
}
