//! All addresses in one table, with what stands around them.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::FutureExt;
use tower::util::MapResponseLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::errors::{analyses, analyze, bulk, bulk_ingest, change, create, list, read, verbs};
use crate::ingest::answer::Rejection;
use crate::ingest::{cors, endpoint};
use crate::organizations::{
    analysis_policy, api_keys, audit, dsn_keys, invitations, members, organization, project_roles,
    projects, providers, service_accounts, teams,
};
use crate::problem::Problem;
use crate::session::oauth::NoToken;
use crate::session::providers as at_provider;
use crate::session::{identities, me, oauth, recovery, sign_in, sign_out};
use crate::state::App;
use crate::{
    access, address, browser, health, hosts, limits, metrics, min_position, operations, request_id,
    transfer,
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
        (name = "analyses", description = "Why errors happen"),
        (name = "occurrences", description = "Single reports"),
        (name = "organization", description = "Members, invitations, teams, keys and the audit log"),
        (name = "projects", description = "Projects, their DSN keys and who has roles in them"),
        (name = "people", description = "Accounts, and how their people sign in"),
        (name = "oauth", description = "How programs sign in"),
        (name = "ingest", description = "Where SDKs send to"),
        (name = "jobs", description = "Work that goes on behind"),
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
        .routes(routes!(analyze::analyze))
        .routes(routes!(analyses::current))
        .routes(routes!(analyses::all))
        .routes(routes!(analyses::one))
        .routes(routes!(analyze::reanalyze))
        .routes(routes!(analyses::diff))
        .routes(routes!(read::occurrences))
        .routes(routes!(read::activity))
        .routes(routes!(read::similar))
        .routes(routes!(read::occurrence))
        .routes(routes!(operations::list_jobs))
        .routes(routes!(operations::retry_job))
        .routes(routes!(operations::drop_job))
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
        .routes(routes!(
            providers::list_providers,
            providers::create_provider
        ))
        .routes(routes!(
            providers::change_provider,
            providers::delete_provider
        ))
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
        .routes(routes!(
            analysis_policy::get_policy,
            analysis_policy::set_policy,
            analysis_policy::drop_policy
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
        .routes(routes!(identities::identities))
        .routes(routes!(identities::unlink_identity))
        .routes(routes!(sign_out::logout))
        .routes(routes!(sign_out::logout_all))
        .routes(routes!(recovery::verify_email))
        .routes(routes!(recovery::resend))
        .routes(routes!(recovery::forgot_password))
        .routes(routes!(recovery::reset_password))
        .routes(routes!(sign_in::change_password))
        .routes(routes!(me::me, me::change_me, me::erase_me))
        .routes(routes!(at_provider::begin_at_provider))
        .routes(routes!(at_provider::back_from_provider))
        .routes(routes!(at_provider::link_at_provider))
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

/// The whole service; of a node that is no API only what tells of the node itself.
pub fn router(app: App) -> Router {
    let is_api = app.settings.server.roles.api;
    let if_api = |router: Router<App>| if is_api { router } else { Router::new() };
    let (rest, _) = rest().split_for_parts();
    let (people, _) = people().split_for_parts();
    let rest = rest
        // First, so that the layers are around it: a preflight is no method of ours.
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(app.clone(), min_position::layer))
        .merge(people)
        // Every body is counted and bounded while it is read: see in_flight.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(app.clone(), limits::layer))
        .layer(browser::cors(&app.settings));
    let (operation, _) = operation().split_for_parts();
    let ingest = ingest().method_not_allowed_fallback(async || Problem::method_not_allowed());
    let hsts = browser::hsts(&app.settings);
    Router::new()
        .merge(if_api(under_its_names(rest, &app)))
        .merge(operation)
        .fallback(async || Problem::not_found("such address"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(MapResponseLayer::new(browser::data::<Body>))
        .merge(if_api(page(&app)))
        .merge(if_api(under_its_names(ingest, &app)))
        .layer(from_fn_with_state((app.clone(), hsts), around))
        .with_state(app)
}

/// Where the names of this service are configured, it answers under those alone.
fn under_its_names(router: Router<App>, app: &App) -> Router<App> {
    match app.settings.network.trusted_hosts.is_empty() {
        true => router,
        false => router.layer(from_fn_with_state(app.clone(), hosts::layer)),
    }
}

/// What stands around every address. One layer for all of it, because each is made anew, with all
/// within it, for each request.
async fn around(
    State((app, hsts)): State<(App, Option<HeaderValue>)>,
    request: Request,
    next: Next,
) -> Response {
    let request = address::noted(request, &app.settings.network.trusted_proxies);
    let answered = async |request| {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answer.unwrap_or_else(|_| Problem::internal(&"a handler panicked").into_response())
    };
    let taken = async |request| transfer::around(request, answered).await;
    let readable = async |request| cors::around(request, taken).await;
    let answer = request_id::around(&app, request, readable).await;
    browser::any(answer, hsts.as_ref())
}

/// The page that shows the document, where it is wanted.
fn page(app: &App) -> Router<App> {
    if !app.settings.server.docs {
        return Router::new();
    }
    let page = Router::new()
        .merge(SwaggerUi::new("/docs").url("/api/v1/openapi.json", openapi()))
        .layer(MapResponseLayer::new(browser::page::<Body>));
    under_its_names(page, app)
}
