//! Whether the service lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bugsage_event_store::subscription;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::App;
use crate::versions;

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `healthy`, `degraded` (serving, something optional is away) or `unhealthy`.
    pub status: &'static str,
    /// Always `bugsage-api`.
    pub service: &'static str,
    /// `up` or `down`.
    pub database: &'static str,
    /// `up`, `down` or `off`.
    pub nats: &'static str,
}

/// Whether requests can be served.
#[utoipa::path(get, path = "/health", tag = "operation", security(()), responses(
    (status = 200, description = "Serving", body = Health),
    (status = 503, description = "The database does not answer", body = Health),
))]
pub async fn health(State(app): State<App>) -> Response {
    let database = sqlx::query("select 1").execute(&app.database).await.is_ok();
    let nats = app.nats.health();
    let (code, status) = match (database, nats) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unhealthy"),
        (true, "down") => (StatusCode::OK, "degraded"),
        (true, _) => (StatusCode::OK, "healthy"),
    };
    let database = if database { "up" } else { "down" };
    (
        code,
        Json(Health {
            status,
            service: "bugsage-api",
            database,
            nats,
        }),
    )
        .into_response()
}

/// That the process answers at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alive {
    /// Always `alive`.
    pub status: &'static str,
}

/// Whether the process answers; it needs nothing else. Restart it when this fails.
#[utoipa::path(get, path = "/health/live", tag = "operation", security(()), responses(
    (status = 200, description = "Alive", body = Alive),
))]
pub async fn live() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

/// Whether requests are to be sent here, and what is not as it should be.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`, `degraded` (serving, but look at it) or `unready`.
    pub status: &'static str,
    /// `up` or `down`.
    pub database: &'static str,
    /// `current`, `outdated` (run `bugsage migrate`) or `unknown`.
    pub schema: &'static str,
    /// The projections that cannot go on: their read models stand still.
    pub stalled_projections: Vec<String>,
    /// `up`, `down` or `off`.
    pub nats: &'static str,
}

/// Whether requests are to be sent here: the database answers and its schema is current.
#[utoipa::path(get, path = "/health/ready", tag = "operation", security(()), responses(
    (status = 200, description = "Serving; `degraded` if a projection or NATS does not", body = Ready),
    (status = 503, description = "The database does not answer, or is not migrated", body = Ready),
))]
pub async fn ready(State(app): State<App>) -> Response {
    let nats = app.nats.health();
    let checked = async {
        let schema = versions::is_current(&app.database).await?;
        let stalled = subscription::stalled(&app.database).await?;
        Ok::<_, sqlx::Error>((schema, stalled))
    };
    let mut ready = Ready {
        status: "unready",
        database: "down",
        schema: "unknown",
        stalled_projections: Vec::new(),
        nats,
    };
    match checked.await {
        Ok((current, stalled)) => {
            ready.database = "up";
            ready.schema = if current { "current" } else { "outdated" };
            ready.status = match (current, stalled.is_empty(), nats) {
                (false, ..) => "unready",
                (true, true, "up" | "off") => "ready",
                (true, ..) => "degraded",
            };
            ready.stalled_projections = stalled;
        }
        Err(error) => tracing::debug!(%error, "not ready"),
    }
    let code = match ready.status {
        "unready" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    (code, Json(ready)).into_response()
}
