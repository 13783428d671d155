//! Whether the service lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::App;

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
