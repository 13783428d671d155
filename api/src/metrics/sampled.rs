//! Numbers that are looked up, not counted.

use bugsage_event_store::subscription;
use metrics::gauge;
use sqlx::PgPool;

use crate::state::App;

/// What the process knows at this moment.
pub(super) fn now(app: &App) {
    gauge!("bugsage_ingest_queue_occurrences").set(app.ingest.waiting() as f64);
    gauge!("bugsage_ingest_bytes_in_flight").set(app.in_flight.bytes() as f64);
    let idle = app.database.num_idle();
    let busy = (app.database.size() as usize).saturating_sub(idle);
    gauge!("bugsage_database_connections", "state" => "idle").set(idle as f64);
    gauge!("bugsage_database_connections", "state" => "busy").set(busy as f64);
    let most = app.settings.database.connections.get();
    gauge!("bugsage_database_connections_max").set(most);
    match app.nats.health() {
        "off" => {}
        health => gauge!("bugsage_nats_up").set(f64::from(u8::from(health == "up"))),
    }
}

/// What only the database knows; while it is away, the last numbers stay.
pub(super) async fn projections(projector: &PgPool) {
    match subscription::lags(projector).await {
        Ok(lags) => {
            for (name, positions) in lags {
                gauge!("bugsage_projection_lag_positions", "projection" => name)
                    .set(positions as f64);
            }
        }
        Err(error) => tracing::debug!(%error, "the lag of projections is not known"),
    }
}
