//! Long work of one request that must not hold up the others.

use std::sync::Arc;
use std::thread::available_parallelism;

use axum::http::{HeaderMap, header};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// Bytes whose scrubbing and grouping takes well under a hundredth of a second.
const QUICK: usize = 64 * 1024;

/// Turns for long work: one a processor. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Heavy {
    turns: Arc<Semaphore>,
}

impl Default for Heavy {
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(processors)),
        }
    }
}

impl Heavy {
    /// Does `work` on so many bytes: in place where that is quick, else in turn and with the
    /// thread's other tasks moved to another thread.
    pub async fn run<T>(&self, bytes: usize, work: impl FnOnce() -> T) -> T {
        if bytes <= QUICK {
            return work();
        }
        let _turn = self.turns.acquire().await;
        match Handle::current().runtime_flavor() {
            RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
            _ => work(),
        }
    }
}

/// The bytes a request announces; the most there can be where it announces none.
#[must_use]
pub fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH);
    length
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(usize::MAX)
}
