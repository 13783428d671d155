//! Whether anything happens on a connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The requests of one connection.
#[derive(Debug)]
pub(super) struct Activity {
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    under_way: usize,
    /// When the last one ended, or the connection began.
    since: Instant,
    /// When each answer was made that waits to be fetched.
    waiting: Vec<Instant>,
}

/// An answer that waits to be fetched, until it is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    activity: Arc<Activity>,
    since: Instant,
}

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Activity>);

impl Default for Activity {
    fn default() -> Self {
        let since = Instant::now();
        Self {
            now: Mutex::new(Now {
                under_way: 0,
                since,
                waiting: Vec::new(),
            }),
        }
    }
}

impl Activity {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.now().under_way += 1;
        UnderWay(Arc::clone(self))
    }

    /// Counts an answer that waits.
    pub(super) fn wait(self: &Arc<Self>) -> Waiting {
        let since = Instant::now();
        self.now().waiting.push(since);
        Waiting {
            activity: Arc::clone(self),
            since,
        }
    }

    /// Whether more than one request or answer holds it open.
    pub(super) fn is_shared(&self) -> bool {
        let now = self.now();
        now.under_way + now.waiting.len() > 1
    }

    /// Returns once no request has been under way for so long, or an answer has waited for so long.
    pub(super) async fn idle(&self, long: Duration) {
        loop {
            let end = {
                let now = self.now();
                let since = if now.under_way > 0 {
                    Instant::now()
                } else {
                    now.since
                };
                now.waiting.iter().fold(since, |a, b| a.min(*b)) + long
            };
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut now = self.activity.now();
        let at = now.waiting.iter().position(|since| *since == self.since);
        at.map(|at| now.waiting.swap_remove(at));
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut now = self.0.now();
        now.under_way -= 1;
        now.since = Instant::now();
    }
}
