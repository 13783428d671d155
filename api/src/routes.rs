//! All addresses in one table, with what stands around them.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::FutureExt;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::errors::{bulk, bulk_ingest, change, create, list, read, verbs};
use crate::ingest::answer::Rejection;
use crate::ingest::{cors, endpoint};
use crate::problem::Problem;
use crate::state::App;
use crate::{health, metrics, min_position, request_id, transfer};

/// How long the next part of a body of the REST API is waited for.
const BODY_PAUSE: Duration = Duration::from_secs(10);

#[derive(OpenApi)]
#[openapi(
    info(title = "BugSage", description = "Errors grouped, explained, fixed, and never forgotten."),
    modifiers(&ApiKey),
    security(("api_key" = [])),
    components(schemas(Problem, Rejection)),
    tags(
        (name = "errors", description = "The groups of like occurrences"),
        (name = "occurrences", description = "Single reports"),
        (name = "ingest", description = "Where SDKs send to"),
        (name = "operation", description = "The service itself"),
    )
)]
struct Document;

struct ApiKey;

impl utoipa::Modify for ApiKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let key = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("api_key", key);
    }
}

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
    document.merge(operation().into_openapi());
    document.merge(described_ingest().into_openapi());
    document
}

/// The whole service.
pub fn router(app: App) -> Router {
    let (rest, _) = rest().split_for_parts();
    let rest = rest
        // Every body is counted and bounded while it is read: see in_flight.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), min_position::layer))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE));
    let (operation, _) = operation().split_for_parts();
    let mut router = Router::new().merge(rest).merge(operation).merge(ingest());
    if app.settings.server.docs {
        router = router.merge(SwaggerUi::new("/docs").url("/api/v1/openapi.json", openapi()));
    }
    router
        .fallback(async || Problem::not_found("such address"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// What stands around every address. One layer for all of it, because each is made anew, with all
/// within it, for each request.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let answered = async |request| {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answer.unwrap_or_else(|_| Problem::internal(&"a handler panicked").into_response())
    };
    let taken = async |request| transfer::around(request, answered).await;
    let readable = async |request| cors::around(request, taken).await;
    request_id::around(&app, request, readable).await
}
