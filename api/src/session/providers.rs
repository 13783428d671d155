//! Signing in at an identity provider of an organization.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bugsage_commands::people::provider::{Begun, Finished, Returned};
use bugsage_commands::people::{Opened, SignedIn};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::unkept;
use super::{Here, cookie};
use crate::access::identity::Oneself;
use crate::errors::body::Body;
use crate::errors::{Asked, At};
use crate::problem::Problem;
use crate::problem::documented::{AtProvider, LinkingAtProvider};
use crate::state::App;

/// Bytes of a body here.
const MAX: usize = 4 * 1024;

/// Where somebody goes on once they are signed in.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GoingOn {
    /// A path of this service.
    #[param(max_length = 500, example = "/errors")]
    #[schema(max_length = 500, example = "/errors")]
    return_to: String,
}

impl Default for GoingOn {
    fn default() -> Self {
        Self {
            return_to: "/".to_owned(),
        }
    }
}

/// What a provider sends a browser back with. It may send more, and of that nothing is looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FromProvider {
    /// For the token.
    code: Option<String>,
    /// As it was sent there.
    state: Option<String>,
    /// Instead of a code: why there is none.
    error: Option<String>,
    /// Which provider it is.
    iss: Option<String>,
}

/// Where a browser goes to link an identity.
#[derive(Serialize, ToSchema)]
pub struct LinkBegun {
    /// An address of the provider.
    pub address: String,
}

/// Sends a browser to an identity provider to sign in.
#[utoipa::path(get, path = "/api/v1/auth/providers/{provider_id}/begin", tag = "people", security(()),
    params(("provider_id" = Uuid, Path), GoingOn), responses(
    (status = 303, description = "To the provider"),
    AtProvider,
))]
pub async fn begin_at_provider(
    State(app): State<App>,
    Here(origin): Here,
    At(id): At<Uuid>,
    Asked(going_on): Asked<GoingOn>,
) -> Result<Response, Problem> {
    let begun = app
        .providers
        .begin(id, &going_on.return_to, None, &origin)
        .await?;
    let Begun { address, cookie } = begun;
    let mut response = to(&address)?;
    cookie::set_login(&app, response.headers_mut(), &cookie);
    Ok(response)
}

/// Takes a browser back from an identity provider, signed in. Such a session holds in the provider's
/// organization alone.
#[utoipa::path(get, path = "/api/v1/auth/providers/{provider_id}/callback", tag = "people", security(()),
    params(("provider_id" = Uuid, Path), FromProvider), responses(
    (status = 303, description = "Signed in, or linked; to where it was to go on"),
    AtProvider,
))]
pub async fn back_from_provider(
    State(app): State<App>,
    Here(origin): Here,
    At(id): At<Uuid>,
    Asked(from): Asked<FromProvider>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let returned = Returned {
        code: from.code,
        state: from.state,
        error: from.error,
        iss: from.iss,
    };
    let cookie = cookie::login(&app, &headers);
    let finished = app.providers.finish(id, cookie, &returned, &origin).await?;
    match finished {
        Finished::Linked(return_to) => gone_on(&app, &return_to),
        Finished::SignedIn(signed_in, return_to) => {
            // They may have become a member just now.
            app.access.forget(signed_in.user).await;
            let mut response = gone_on(&app, &return_to)?;
            hold(&app, response.headers_mut(), &signed_in);
            Ok(response)
        }
    }
}

/// Begins to link an identity at a provider to one's account: the browser is to go to the address that
/// is answered, and comes back to the callback. For members of the provider's organization.
#[utoipa::path(post, path = "/api/v1/auth/providers/{provider_id}/link", tag = "people",
    security(("access_token" = []), ("session" = [])), params(("provider_id" = Uuid, Path)),
    request_body = GoingOn, responses(
    (status = 200, description = "Where to go", body = LinkBegun),
    LinkingAtProvider,
))]
pub async fn link_at_provider(
    State(app): State<App>,
    Oneself { person, origin }: Oneself,
    At(id): At<Uuid>,
    Body(asked, _held): Body<GoingOn, MAX>,
) -> Result<Response, Problem> {
    let begun = app
        .providers
        .begin(id, &asked.return_to, Some(person.into()), &origin)
        .await?;
    let address = begun.address;
    let mut response = unkept(Json(LinkBegun { address }).into_response());
    cookie::set_login(&app, response.headers_mut(), &begun.cookie);
    Ok(response)
}

fn hold(app: &App, headers: &mut HeaderMap, signed_in: &SignedIn) {
    if let Opened::Cookie(secret) = &signed_in.opened {
        let csrf = app.people.csrf_token(signed_in.session);
        cookie::set(app, headers, secret, &csrf);
    }
}

/// Back to where somebody was; the sign-in's cookie has done its work.
fn gone_on(app: &App, return_to: &str) -> Result<Response, Problem> {
    let mut response = to(return_to)?;
    cookie::clear_login(app, response.headers_mut());
    Ok(response)
}

fn to(address: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(address).map_err(|error| Problem::internal(&error))?;
    let mut response = unkept(StatusCode::SEE_OTHER.into_response());
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
