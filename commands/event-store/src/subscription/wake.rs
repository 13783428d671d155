//! What wakes the runners: a notification of each append, or a slow poll.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Longest sleep of a runner that nothing wakes.
const POLL: Duration = Duration::from_secs(2);

/// Tells all runners of a process that there may be something new. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Wake {
    appended: watch::Receiver<u64>,
}

impl Wake {
    /// Listens for domain events on one connection of `pool` until `stop`; reconnects by itself.
    #[must_use]
    pub fn listen(pool: PgPool, stop: CancellationToken) -> Self {
        Self::listen_to("bugsage_events", pool, stop)
    }

    /// Listens to another channel, in the same way.
    #[must_use]
    pub fn listen_to(channel: &'static str, pool: PgPool, stop: CancellationToken) -> Self {
        let (told, appended) = watch::channel(0);
        tokio::spawn(async move {
            stop.run_until_cancelled(async {
                loop {
                    if let Err(error) = forward(channel, &pool, &told).await {
                        tracing::warn!(%error, channel, "not listening; polling instead");
                    }
                    tokio::time::sleep(POLL).await;
                }
            })
            .await;
        });
        Self { appended }
    }

    /// Returns when something was appended, or after the poll interval.
    pub async fn wait(&mut self) {
        // A closed channel means that the process is stopping: the poll interval then serves.
        if let Ok(Err(_)) = tokio::time::timeout(POLL, self.appended.changed()).await {
            tokio::time::sleep(POLL).await;
        }
    }
}

async fn forward(
    channel: &str,
    pool: &PgPool,
    told: &watch::Sender<u64>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    loop {
        told.send_modify(|count| *count += 1); // also after a reconnect, for what was missed
        listener.try_recv().await?;
    }
}
