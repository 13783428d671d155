//! What is left of a limit, for each of those it is counted for.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::sync::Cache;

use super::tally::{Count, Tally, seconds};
use crate::problem::Problem;

/// What a limit is counted over.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Buckets of each kind: the least used is forgotten beyond, which fills it. One takes some 300 bytes.
pub(super) const BUCKETS: u64 = 50_000;

pub(super) type Bucket =
    RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// One limit for each of a kind.
#[derive(Clone)]
pub(super) struct Kind<K: Eq + Hash> {
    pub(super) name: &'static str,
    limit: Option<NonZeroU32>,
    pub(super) buckets: Cache<K, Arc<Bucket>>,
}

pub(super) fn buckets<K: Eq + Hash + Send + Sync + 'static>() -> Cache<K, Arc<Bucket>> {
    // What nobody asked of for longer than the window is full again, and as good as new.
    Cache::builder()
        .max_capacity(BUCKETS)
        .time_to_idle(WINDOW * 2)
        .build()
}

pub(super) fn bucket(limit: NonZeroU32) -> Arc<Bucket> {
    let quota = Quota::per_minute(limit);
    Arc::new(RateLimiter::direct(quota).with_middleware())
}

impl<K: Eq + Hash + Send + Sync + 'static> Kind<K> {
    pub(super) fn new(name: &'static str, limit: Option<NonZeroU32>) -> Self {
        Self {
            name,
            limit,
            buckets: buckets(),
        }
    }

    /// Counts one request and notes it in the tally.
    pub(super) fn count(&self, key: K, tally: &Tally) -> Result<(), Problem> {
        let Some(limit) = self.limit else {
            return Ok(());
        };
        let bucket = self.buckets.get_with(key, || bucket(limit));
        let checked = bucket.check();
        let (left, wait) = match &checked {
            Ok(now) => {
                let left = now.remaining_burst_capacity();
                let used = limit.get().saturating_sub(left);
                (left, WINDOW * used / limit.get())
            }
            Err(refused) => (0, refused.wait_time_from(DefaultClock::default().now())),
        };
        tally.note(Count {
            name: self.name,
            limit: limit.get(),
            left,
            wait,
        });
        match checked {
            Ok(_) => Ok(()),
            Err(_) => Err(Problem::limited(self.name, limit.get(), seconds(wait))),
        }
    }
}

/// Takes so many at once; how long to wait where they are not there.
pub(super) fn take(bucket: &Bucket, count: NonZeroU32, limit: NonZeroU32) -> Result<(), Duration> {
    // Of more than a whole minute's, such as of one envelope, none would ever be taken.
    match bucket.check_n(count.min(limit)) {
        Ok(Err(refused)) => Err(refused.wait_time_from(DefaultClock::default().now())),
        _ => Ok(()),
    }
}
