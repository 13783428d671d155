//! `/api/v1/organizations`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bugsage_commands::access::Acting;
use bugsage_commands::access::organizations::{
    self, Organization, OrganizationName, OwnOrganization,
};
use bugsage_domain::access::{Rights, Role};
use bugsage_domain::ids::OrganizationId;

use crate::access::identity::{Oneself, SignedIn};
use crate::access::{Authorized, may};
use crate::errors::body::Body;
use crate::problem::Problem;
use crate::problem::documented::{Asking, Managing};
use crate::state::App;

/// Lists the organizations one belongs to.
#[utoipa::path(get, path = "/api/v1/organizations", tag = "organization",
    security(("access_token" = []), ("session" = [])), responses(
    (status = 200, description = "One's organizations", body = Vec<OwnOrganization>),
    Asking,
))]
pub async fn list_organizations(
    State(app): State<App>,
    SignedIn { person, .. }: SignedIn,
) -> Result<Json<Vec<OwnOrganization>>, Problem> {
    Ok(Json(
        organizations::of_person(&app.database, person.user, person.confined).await?,
    ))
}

/// Makes an organization; one is its owner.
#[utoipa::path(post, path = "/api/v1/organizations", tag = "organization",
    security(("access_token" = []), ("session" = [])), request_body = OrganizationName, responses(
    (status = 201, description = "Made", body = Organization),
    Managing,
))]
pub async fn create_organization(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    Body(asked, _held): Body<OrganizationName>,
) -> Result<(StatusCode, Json<Organization>), Problem> {
    let acting = Acting {
        organization: OrganizationId(app.clock.new_id()),
        project: None,
        rights: Rights::of_member(Role::Owner, []),
        origin,
        at: app.clock.now(),
    };
    let made = organizations::create(&app.database, &acting, person.user, &asked.name).await?;
    app.access.forget(person.user).await;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One organization.
#[utoipa::path(get, path = "/api/v1/organizations/{organization_id}", tag = "organization",
    security(("api_key" = ["organization:read"])), params(("organization_id" = Uuid, Path)), responses(
    (status = 200, description = "The organization", body = Organization),
    Asking,
))]
pub async fn get_organization(
    State(app): State<App>,
    caller: Authorized<may::OrganizationRead>,
) -> Result<Json<Organization>, Problem> {
    Ok(Json(
        organizations::get(&app.database, caller.organization()).await?,
    ))
}

/// Renames an organization.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization_id}", tag = "organization",
    security(("api_key" = ["organization:write"])), params(("organization_id" = Uuid, Path)),
    request_body = OrganizationName, responses(
    (status = 200, description = "Renamed, or as it was", body = Organization),
    Managing,
))]
pub async fn rename_organization(
    State(app): State<App>,
    caller: Authorized<may::OrganizationWrite>,
    Body(asked, _held): Body<OrganizationName>,
) -> Result<Json<Organization>, Problem> {
    let acting = caller.acting(&app);
    let renamed = organizations::rename(&app.database, &acting, &asked.name).await?;
    Ok(Json(renamed))
}
