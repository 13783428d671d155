//! Sagas and their jobs.

use std::sync::Arc;

use bugsage_commands::clock::Clock;
use bugsage_commands::pressure::Pressure;
use bugsage_commands::repositories::Repositories;
use bugsage_event_store::Executor;
use bugsage_models::{Chain, Config, ConfigFault, RealPace};
use bugsage_projections::Queries;
use bugsage_sagas::analysis::{self, Analyst, Budgets};
use bugsage_sagas::embedding::{self, Embedder};
use bugsage_sagas::{Pace, Register, StartError, Surroundings};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::nats::Nats;
use crate::settings::Settings;

/// Every saga and every kind of job there is.
pub(super) fn register(analyst: Analyst, embedder: Option<Embedder>) -> Register {
    let register = embedding::register(Register::default(), embedder);
    analysis::register(register, analyst)
}

/// Whoever makes vectors, as the settings say.
pub(super) fn embedder(
    settings: &Settings,
    secret: &[u8],
) -> Result<Option<Embedder>, ConfigFault> {
    let wanted = settings.models.embeddings.as_ref();
    let made = wanted.map(|one| {
        let (provider, dimensions) = (&one.provider, one.dimensions);
        Embedder::new(provider, dimensions, one.month_budget, secret)
    });
    made.transpose()
}

/// Whoever makes analyses, as the settings say.
pub(super) fn analyst(
    settings: &Settings,
    queries: &Queries,
    repositories: &Repositories,
    (clock, secret): (&Clock, &[u8]),
) -> Result<Analyst, ConfigFault> {
    let models = Config {
        providers: settings.models.providers.clone(),
        ..Config::default()
    };
    Ok(Analyst {
        chain: Chain::new(&models, Arc::new(RealPace::default()))?,
        budgets: Budgets {
            month: settings.models.month_budget,
            error: settings.models.error_budget,
        },
        policy: settings.analysis.policy,
        queries: queries.clone(),
        repositories: repositories.clone(),
        clock: clock.clone(),
        secret: secret.to_vec(),
    })
}

/// Makes the checkpoints of sagas, on every node, before anything happens that they must see; a worker
/// then runs them.
pub(super) async fn start(
    register: Register,
    settings: &Settings,
    (app, projector): (&PgPool, &PgPool),
    executor: &Executor,
    (nats, clock, pressure): (&Nats, Clock, &Pressure),
    (stop, tasks): (&CancellationToken, &mut JoinSet<()>),
) -> Result<(), StartError> {
    let around = Surroundings {
        app: app.clone(),
        projector: projector.clone(),
        executor: executor.clone(),
        nats: nats.client(),
        node: node(settings),
        pace: Pace {
            lease: settings.jobs.lease,
            ..Pace::default()
        },
        pressure: pressure.clone(),
    };
    let prepared = register.prepare(&around).await?;
    if settings.server.roles.worker {
        let (app, executor) = (app.clone(), executor.clone());
        tasks.spawn(analysis::frequent(app, executor, clock, stop.clone()));
        prepared.start(&around, stop, tasks).await?;
        if let Some(embeddings) = &settings.models.embeddings {
            let (projector, name) = (projector.clone(), embeddings.name());
            // Beside the start: it looks at every error there is.
            tasks.spawn(async move {
                if let Err(error) = embedding::catch_up(&projector, &name).await {
                    tracing::warn!(%error, "older errors have no vectors until the next start");
                }
            });
        }
    }
    Ok(())
}

/// What operators know this node by.
fn node(settings: &Settings) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (listen, process) = (settings.server.listen, std::process::id());
    format!("{} {listen} {process}", host.trim())
}
