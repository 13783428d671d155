//! Where time and new ids come from. Everything below is told them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The clock of the process. Cheap to clone; clones move together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The moment, in microseconds: what PostgreSQL keeps.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one clock there is")]
        let now = Utc::now();
        let ahead = TimeDelta::seconds(self.ahead_seconds.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros((now + ahead).timestamp_micros()).unwrap_or(now)
    }

    /// Moves this clock and its clones; for tests of what midnight and expiry do.
    pub fn advance(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A new id that sorts by time.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "the one source of ids there is")]
        Uuid::now_v7()
    }

    /// A text nobody can guess: 122 random bits as 32 hex digits, for keys.
    #[must_use]
    pub fn new_secret(&self) -> String {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one source of chance there is"
        )]
        let random = Uuid::new_v4();
        random.simple().to_string()
    }
}
