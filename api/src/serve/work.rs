//! What is done between domain events and the outside.

use std::sync::Arc;

use bugsage_commands::clock::Clock;
use bugsage_models::{Chain, Config, ConfigFault, RealPace};
use bugsage_projections::Queries;
use bugsage_sagas::analysis::{self, Analyst, Budgets};
use bugsage_sagas::{Register, StartError, Surroundings};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;

/// Whoever makes analyses, as the settings say.
pub(super) fn analyst(
    settings: &Settings,
    queries: &Queries,
    clock: &Clock,
    secret: &[u8],
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
        queries: queries.clone(),
        clock: clock.clone(),
        secret: secret.to_vec(),
    })
}

/// Starts sagas and workers; before anything writes an event, so that none is missed.
pub(super) async fn start(
    analyst: Analyst,
    settings: &Settings,
    around: &Surroundings,
    stop: &CancellationToken,
    tasks: &mut JoinSet<()>,
) -> Result<(), StartError> {
    let register = analysis::register(Register::default(), analyst, settings.analysis.policy);
    register
        .prepare(around)
        .await?
        .start(around, stop, tasks)
        .await
}
