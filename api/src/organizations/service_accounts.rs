//! `/api/v1/service-accounts`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::service_accounts::{
    self, NewServiceAccount, ServiceAccount, ServiceAccountMade,
};
use uuid::Uuid;

use super::{Page, done};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the service accounts, but never their secrets.
#[utoipa::path(get, path = "/api/v1/service-accounts", tag = "organization",
    security(("api_key" = ["service_accounts:read"])), params(Page), responses(
    (status = 200, description = "The accounts", body = Listed<ServiceAccount>),
    Asking,
))]
pub async fn list_service_accounts(
    State(app): State<App>,
    caller: Authorized<may::ServiceAccountsRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<ServiceAccount>>, Problem> {
    let organization = caller.organization();
    let listed = service_accounts::list(&app.database, organization, &page.into()).await?;
    Ok(Json(listed))
}

/// Makes a service account, with no scope that one does not have. Its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/service-accounts", tag = "organization",
    security(("api_key" = ["service_accounts:write"])), request_body = NewServiceAccount, responses(
    (status = 201, description = "Made", body = ServiceAccountMade),
    Managing,
))]
pub async fn create_service_account(
    State(app): State<App>,
    caller: Authorized<may::ServiceAccountsWrite>,
    Body(asked, _held): Body<NewServiceAccount>,
) -> Result<(StatusCode, Json<ServiceAccountMade>), Problem> {
    let acting = caller.acting(&app);
    let (id, secret) = (app.clock.new_id(), app.clock.new_secret());
    let made = service_accounts::create(&app.database, &acting, &asked, id, &secret).await;
    let made = done(&app, &acting, "new service account", made).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Gives a service account another secret; the one before stops to work at once.
#[utoipa::path(post, path = "/api/v1/service-accounts/{account_id}/rotate", tag = "organization",
    security(("api_key" = ["service_accounts:write"])), params(("account_id" = Uuid, Path)), responses(
    (status = 200, description = "With its new secret", body = ServiceAccountMade),
    Removing,
))]
pub async fn rotate_service_account(
    State(app): State<App>,
    caller: Authorized<may::ServiceAccountsWrite>,
    At(account): At<Uuid>,
) -> Result<Json<ServiceAccountMade>, Problem> {
    let (acting, secret) = (caller.acting(&app), app.clock.new_secret());
    let rotated = service_accounts::rotate(&app.database, &acting, account, &secret).await;
    let what = format!("secret of service_account:{account}");
    Ok(Json(done(&app, &acting, &what, rotated).await?))
}

/// Revokes a service account: its secret stops to work at once, its tokens within seconds.
#[utoipa::path(delete, path = "/api/v1/service-accounts/{account_id}", tag = "organization",
    security(("api_key" = ["service_accounts:write"])), params(("account_id" = Uuid, Path)), responses(
    (status = 204, description = "Revoked"),
    Removing,
))]
pub async fn revoke_service_account(
    State(app): State<App>,
    caller: Authorized<may::ServiceAccountsWrite>,
    At(account): At<Uuid>,
) -> Result<StatusCode, Problem> {
    service_accounts::revoke(&app.database, &caller.acting(&app), account).await?;
    app.access.forget_machines();
    Ok(StatusCode::NO_CONTENT)
}
