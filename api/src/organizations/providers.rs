//! `/api/v1/providers`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Listed;
use bugsage_commands::access::providers::{
    self, IdentityProvider, IdentityProviderChange, NewIdentityProvider,
};
use uuid::Uuid;

use super::{Page, done};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing, Removing};
use crate::state::App;

/// Lists the identity providers, but never the secrets.
#[utoipa::path(get, path = "/api/v1/providers", tag = "organization",
    security(("api_key" = ["providers:read"])), params(Page), responses(
    (status = 200, description = "The providers", body = Listed<IdentityProvider>),
    Asking,
))]
pub async fn list_providers(
    State(app): State<App>,
    caller: Authorized<may::ProvidersRead>,
    Asked(page): Asked<Page>,
) -> Result<Json<Listed<IdentityProvider>>, Problem> {
    let organization = caller.organization();
    let listed = providers::list(&app.database, organization, &page.into()).await?;
    Ok(Json(listed))
}

/// Makes an identity provider, for who may do all that an admin may. At the provider, people are to be
/// sent back to `/api/v1/auth/providers/{id}/callback`.
#[utoipa::path(post, path = "/api/v1/providers", tag = "organization",
    security(("api_key" = ["providers:write"])), request_body = NewIdentityProvider, responses(
    (status = 201, description = "Made", body = IdentityProvider),
    Managing,
))]
pub async fn create_provider(
    State(app): State<App>,
    caller: Authorized<may::ProvidersWrite>,
    Body(asked, _held): Body<NewIdentityProvider>,
) -> Result<(StatusCode, Json<IdentityProvider>), Problem> {
    let (acting, id) = (caller.acting(&app), app.clock.new_id());
    let sealer = &app.settings.seal.sealer;
    let made = providers::create(&app.database, sealer, &acting, &asked, id).await;
    let made = done(&app, &acting, "new identity provider", made).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes an identity provider, but not what it is.
#[utoipa::path(patch, path = "/api/v1/providers/{provider_id}", tag = "organization",
    security(("api_key" = ["providers:write"])), params(("provider_id" = Uuid, Path)),
    request_body = IdentityProviderChange, responses(
    (status = 200, description = "Changed", body = IdentityProvider),
    Managing,
))]
pub async fn change_provider(
    State(app): State<App>,
    caller: Authorized<may::ProvidersWrite>,
    At(id): At<Uuid>,
    Body(asked, _held): Body<IdentityProviderChange>,
) -> Result<Json<IdentityProvider>, Problem> {
    let (acting, sealer) = (caller.acting(&app), &app.settings.seal.sealer);
    let changed = providers::change(&app.database, sealer, &acting, id, &asked).await;
    let what = format!("provider:{id}");
    Ok(Json(done(&app, &acting, &what, changed).await?))
}

/// Deletes an identity provider. The sessions that were begun there end within seconds.
#[utoipa::path(delete, path = "/api/v1/providers/{provider_id}", tag = "organization",
    security(("api_key" = ["providers:write"])), params(("provider_id" = Uuid, Path)), responses(
    (status = 204, description = "Deleted"),
    Removing,
))]
pub async fn delete_provider(
    State(app): State<App>,
    caller: Authorized<may::ProvidersWrite>,
    At(id): At<Uuid>,
) -> Result<StatusCode, Problem> {
    providers::delete(&app.database, &caller.acting(&app), id).await?;
    app.people.look_anew();
    Ok(StatusCode::NO_CONTENT)
}
