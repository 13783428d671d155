//! Sagas and their jobs.

use bugsage_event_store::Executor;
use bugsage_sagas::{Pace, Register, StartError, Surroundings};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::nats::Nats;
use crate::settings::Settings;

/// Every saga and every kind of job there is.
fn register() -> Register {
    Register::default()
}

/// Makes the checkpoints of sagas, on every node, before anything happens that they must see; a worker
/// then runs them.
pub(super) async fn start(
    settings: &Settings,
    (app, projector): (&PgPool, &PgPool),
    executor: &Executor,
    nats: &Nats,
    (stop, tasks): (&CancellationToken, &mut JoinSet<()>),
) -> Result<(), StartError> {
    let around = Surroundings {
        app: app.clone(),
        projector: projector.clone(),
        executor: executor.clone(),
        nats: nats.client(),
        node: node(settings),
        pace: Pace::default(),
    };
    let prepared = register().prepare(&around).await?;
    if settings.server.roles.worker {
        prepared.start(&around, stop, tasks).await?;
    }
    Ok(())
}

/// What operators know this node by.
fn node(settings: &Settings) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (listen, process) = (settings.server.listen, std::process::id());
    format!("{} {listen} {process}", host.trim())
}
