//! Time and chance, as a chain needs them; tests bring their own.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

/// Time that passes, and chance.
#[async_trait]
pub trait Pace: Send + Sync {
    /// How much time has passed since some beginning.
    fn now(&self) -> Duration;

    /// Waits before the next try.
    async fn pause(&self, time: Duration);

    /// A number from 0 to 1, by chance.
    fn chance(&self) -> f64;
}

/// As it is.
#[derive(Debug, Clone, Copy)]
pub struct RealPace {
    begun: Instant,
}

impl Default for RealPace {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
        }
    }
}

#[async_trait]
impl Pace for RealPace {
    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self) -> f64 {
        // It spreads tries out and decides nothing: no chance that somebody must not guess.
        fastrand::f64()
    }
}
