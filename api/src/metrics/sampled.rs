//! Numbers that are looked up, not counted.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bugsage_event_store::subscription;
use bugsage_sagas::operators;
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

/// Kinds and states of jobs that were there once: of those that are gone, there are none.
static JOBS: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

/// Jobs that are not done.
pub(super) async fn jobs(projector: &PgPool) {
    let numbers = match operators::numbers(projector).await {
        Ok(numbers) => numbers,
        Err(error) => return tracing::debug!(%error, "the number of jobs is not known"),
    };
    let mut known = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
    known.extend(numbers.iter().map(|n| (n.kind.clone(), n.state.clone())));
    for (kind, state) in known.iter() {
        let number = numbers
            .iter()
            .find(|n| n.kind == *kind && n.state == *state);
        let labels = [("kind", kind.clone()), ("state", state.clone())];
        gauge!("bugsage_jobs", &labels).set(number.map_or(0.0, |n| n.jobs as f64));
        gauge!("bugsage_jobs_oldest_seconds", &labels).set(number.map_or(0.0, |n| n.oldest));
    }
}
