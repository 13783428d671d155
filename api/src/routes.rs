//! All addresses in one table, with what stands around them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::errors::{bulk, bulk_ingest, change, create, list, read, verbs};
use crate::ingest::answer::Rejection;
use crate::ingest::{cors, endpoint};
use crate::organizations::{
    api_keys, audit, dsn_keys, invitations, members, organization, project_roles, projects,
    service_accounts, teams,
};
use crate::problem::Problem;
use crate::session::oauth::NoToken;
use crate::session::{me, oauth, recovery, sign_in, sign_out};
use crate::state::App;
use crate::{
    access, address, browser, health, hosts, limits, metrics, min_position, request_id, transfer,
};

/// How long the next part of a body of the REST API is waited for.
const BODY_PAUSE: Duration = Duration::from_secs(10);

#[derive(OpenApi)]
#[openapi(
    info(title = "BugSage", description = "Errors grouped, explained, fixed, and never forgotten."),
    security(("api_key" = [])),
    components(schemas(Problem, Rejection, NoToken)),
    tags(
        (name = "errors", description = "The groups of like occurrences"),
        (name = "occurrences", description = "Single reports"),
        (name = "organization", description = "Members, invitations, teams, keys and the audit log"),
        (name = "projects", description = "Projects, their DSN keys and who has roles in them"),
        (name = "people", description = "Accounts, and how their people sign in"),
        (name = "oauth", description = "How programs sign in"),
        (name = "ingest", description = "Where SDKs send to"),
        (name = "operation", description = "The service itself"),
    )
)]
struct Document;

fn rest() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::statistics))
        .routes(routes!(bulk::bulk))
        .routes(routes!(bulk_ingest::bulk_ingest))
        .routes(routes!(read::get, change::update, change::delete))
        .routes(routes!(verbs::resolve))
        .routes(routes!(verbs::ignore))
        .routes(routes!(verbs::reopen))
        .routes(routes!(verbs::merge))
        .routes(routes!(verbs::unmerge))
        .routes(routes!(read::occurrences))
        .routes(routes!(read::activity))
        .routes(routes!(read::occurrence))
        .merge(organizations())
        .merge(projects())
}

fn organizations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(
            organization::list_organizations,
            organization::create_organization
        ))
        .routes(routes!(
            organization::get_organization,
            organization::rename_organization
        ))
        .routes(routes!(members::list_members))
        .routes(routes!(
            members::get_member,
            members::change_member,
            members::remove_member
        ))
        .routes(routes!(invitations::list_invitations, invitations::invite))
        .routes(routes!(invitations::take_invitation_back))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(teams::list_teams, teams::create_team))
        .routes(routes!(teams::rename_team, teams::delete_team))
        .routes(routes!(teams::add_to_team, teams::remove_from_team))
        .routes(routes!(api_keys::list_api_keys, api_keys::create_api_key))
        .routes(routes!(api_keys::revoke_api_key))
        .routes(routes!(
            service_accounts::list_service_accounts,
            service_accounts::create_service_account
        ))
        .routes(routes!(service_accounts::rotate_service_account))
        .routes(routes!(service_accounts::revoke_service_account))
        .routes(routes!(audit::list_audit))
}

fn projects() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(projects::list_projects, projects::create_project))
        .routes(routes!(
            projects::get_project,
            projects::change_project,
            projects::close_project
        ))
        .routes(routes!(dsn_keys::list_dsn_keys, dsn_keys::create_dsn_key))
        .routes(routes!(dsn_keys::change_dsn_key, dsn_keys::delete_dsn_key))
        .routes(routes!(dsn_keys::rotate_dsn_key))
        .routes(routes!(project_roles::list_project_roles))
        .routes(routes!(
            project_roles::give_user_role,
            project_roles::take_user_role
        ))
        .routes(routes!(
            project_roles::give_team_role,
            project_roles::take_team_role
        ))
}

fn people() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::register))
        .routes(routes!(sign_in::login))
        .routes(routes!(sign_in::refresh))
        .routes(routes!(sign_out::logout))
        .routes(routes!(sign_out::logout_all))
        .routes(routes!(recovery::verify_email))
        .routes(routes!(recovery::resend))
        .routes(routes!(recovery::forgot_password))
        .routes(routes!(recovery::reset_password))
        .routes(routes!(sign_in::change_password))
        .routes(routes!(me::me, me::change_me, me::erase_me))
        .routes(routes!(oauth::token))
}

fn operation() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
}

/// Ingest is described here, and routed below in every form that SDKs use.
fn described_ingest() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(endpoint::envelope))
        .routes(routes!(endpoint::store_event))
}

fn ingest() -> Router<App> {
    let mut router = Router::new();
    // With and without the slash, and behind a prefix that a proxy did not strip.
    for prefix in ["", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}"] {
        for slash in ["", "/"] {
            let path = |name: &str| format!("{prefix}/api/{{project_id}}/{name}{slash}");
            router = router
                .route(&path("envelope"), post(endpoint::envelope))
                .route(&path("store"), post(endpoint::store_event));
        }
    }
    router
}

/// The document of everything the service answers.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = rest().into_openapi();
    document.merge(people().into_openapi());
    document.merge(operation().into_openapi());
    document.merge(described_ingest().into_openapi());
    access::documented::complete(&mut document);
    document
}

/// The whole service.
pub fn router(app: App) -> Router {
    let (rest, _) = rest().split_for_parts();
    let (people, _) = people().split_for_parts();
    let rest = rest
        // First, so that the layers are around it: a preflight is no method of ours.
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(app.clone(), min_position::layer))
        .merge(people)
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(app.clone(), limits::layer))
        .layer(browser::cors(&app.settings))
        .layer(from_fn_with_state(app.clone(), hosts::layer));
    let (operation, _) = operation().split_for_parts();
    let ingest = ingest()
        .layer(from_fn_with_state(app.clone(), hosts::layer))
        .method_not_allowed_fallback(async || Problem::method_not_allowed());
    let proxies: Arc<[_]> = app.settings.network.trusted_proxies.as_slice().into();
    let hsts = browser::hsts(&app.settings);
    Router::new()
        .merge(rest)
        .merge(operation)
        .fallback(async || Problem::not_found("such address"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(MapResponseLayer::new(browser::data::<Body>))
        .merge(page(&app))
        .merge(ingest)
        // Every body is counted and bounded while it is read: see in_flight.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                Problem::internal(&"a handler panicked").into_response()
            },
        ))
        .layer(from_fn(transfer::layer))
        .layer(from_fn(cors::layer))
        .layer(MapRequestLayer::new(move |request: Request| {
            address::noted(request, &proxies)
        }))
        .layer(MapResponseLayer::new(move |answer: Response| {
            browser::any(answer, hsts.as_ref())
        }))
        .layer(from_fn_with_state(app.clone(), request_id::layer))
        .with_state(app)
}

/// The page that shows the document, where it is wanted.
fn page(app: &App) -> Router<App> {
    if !app.settings.server.docs {
        return Router::new();
    }
    Router::new()
        .merge(SwaggerUi::new("/docs").url("/api/v1/openapi.json", openapi()))
        .layer(MapResponseLayer::new(browser::page::<Body>))
        .layer(from_fn_with_state(app.clone(), hosts::layer))
}
