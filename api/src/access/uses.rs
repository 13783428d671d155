//! When keys were last used: noted in memory on the way, written once a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Pause between two writes.
const PAUSE: Duration = Duration::from_secs(60);

/// The keys used since the last write; at most as many as are remembered. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Uses(Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>);

impl Uses {
    /// This key was used.
    pub(super) fn note(&self, key: Uuid, at: DateTime<Utc>) {
        self.noted().insert(key, at);
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, DateTime<Utc>>> {
        // Each change is one insert or one take: nothing is half done when a holder panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was noted. What cannot be written is forgotten: the next use tells as much.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write(&self, app: &PgPool) -> Result<(), sqlx::Error> {
        let noted = std::mem::take(&mut *self.noted());
        if noted.is_empty() {
            return Ok(());
        }
        let (keys, moments): (Vec<_>, Vec<_>) = noted.into_iter().unzip();
        sqlx::query("select note_use($1, $2)")
            .bind(keys)
            .bind(moments)
            .execute(app)
            .await
            .map(|_| ())
    }

    /// Writes each minute until `stop`, and once more then.
    pub async fn run(self, app: PgPool, stop: CancellationToken) {
        loop {
            let stopped = stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            if let Err(error) = self.write(&app).await {
                tracing::warn!(%error, "when keys were last used is not known for a minute");
            }
            if stopped.is_none() {
                return;
            }
        }
    }
}
