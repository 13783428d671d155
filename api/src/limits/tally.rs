//! Where one request stands, and how its sender is told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};

use super::bucket::WINDOW;
use super::{POLICY, STANDING};

/// Where a request stands, by each limit that it counts to.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Mutex<Vec<Count>>>);

#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) limit: u32,
    pub(super) left: u32,
    /// How long until `left` is the whole limit again; of a refused one until it may come again.
    pub(super) wait: Duration,
}

/// Whole seconds, and one at least: who comes again a moment too early is refused again.
pub(super) fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000).max(1)).unwrap_or(u32::MAX)
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Vec<Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, count: Count) {
        self.counts().push(count);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.counts().iter().any(|count| count.name == name)
    }

    /// In the words of the IETF's draft (httpapi-ratelimit-headers): `"key";r=5;t=10`, five left and
    /// all back in ten seconds.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let counts = self.counts();
        let list = |one: fn(&Count) -> String| {
            let all: Vec<_> = counts.iter().map(one).collect();
            HeaderValue::from_str(&all.join(", "))
        };
        if counts.is_empty() {
            return;
        }
        let standing = list(|count| {
            let Count {
                name, left, wait, ..
            } = count;
            format!("\"{name}\";r={left};t={}", seconds(*wait))
        });
        let policy = list(|count| {
            let Count { name, limit, .. } = count;
            format!("\"{name}\";q={limit};w={}", WINDOW.as_secs())
        });
        if let (Ok(standing), Ok(policy)) = (standing, policy) {
            headers.insert(STANDING, standing);
            headers.insert(POLICY, policy);
        }
    }
}
