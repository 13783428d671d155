//! Keeps the roll-ups of statistics close behind. Answers are exact without; they take longer.

use std::time::Duration;

use bugsage_commands::clock::Clock;
use bugsage_projections::statistics::fold;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

/// Pause between two folds: what occurs meanwhile is added up by each question.
const PAUSE: Duration = Duration::from_secs(10);

/// Folds until `stop`.
pub(super) async fn run(projector: PgPool, clock: Clock, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let folded = stop.run_until_cancelled(fold(&projector, clock.now()));
        if let Some(Err(error)) = folded.await {
            tracing::warn!(%error, "statistics will be folded again");
        }
        stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
    }
}
