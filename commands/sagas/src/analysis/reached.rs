//! Waiting for the read models, for all jobs of a node together: each for itself would ask the database a
//! hundred times a second, the more the further they are behind.

use std::sync::Arc;
use std::time::Duration;

use bugsage_event_store::subscription;
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use crate::Failure;

/// The longest wait for the read models to know of what is analysed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether they do.
const PAUSE: Duration = Duration::from_millis(10);

/// How far the read models are, as far as this node knows. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached(Arc<Mutex<Option<(i64, Instant)>>>);

impl Reached {
    /// Waits until they have come as far as this position.
    pub(super) async fn reach(&self, app: &PgPool, position: i64) -> Result<(), Failure> {
        let reached = async {
            while self.known(app, position).await? < position {
                sleep(PAUSE).await;
            }
            Ok::<_, sqlx::Error>(())
        };
        match timeout(PATIENCE, reached).await {
            Ok(reached) => Ok(reached?),
            Err(_) => Err(Failure::passing("the read models are behind")),
        }
    }

    /// What somebody saw, who looked a moment ago or saw enough; else what there is to see now.
    async fn known(&self, app: &PgPool, enough: i64) -> Result<i64, sqlx::Error> {
        let mut known = self.0.lock().await;
        if let Some((position, looked)) = *known
            && (position >= enough || looked.elapsed() < PAUSE)
        {
            return Ok(position);
        }
        let position = subscription::reached(app).await?;
        *known = Some((position, Instant::now()));
        Ok(position)
    }
}
