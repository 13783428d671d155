//! Where requests come in: what is done with each, and what is remembered of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};

use super::{Asked, Behaviour, Script, Step};

/// What all requests share.
pub(super) struct Desk {
    pub(super) behaviour: Behaviour,
    script: Mutex<Script>,
    asked: Mutex<Vec<Asked>>,
    most: Mutex<usize>,
    under_way: watch::Sender<usize>,
    releases: Semaphore,
}

/// A request under way.
pub(super) struct Visit<'a> {
    desk: &'a Desk,
    /// What is to be done.
    pub(super) step: Step,
    /// Which request it is, from 1.
    pub(super) number: usize,
}

impl Desk {
    pub(super) fn new(behaviour: Behaviour) -> Self {
        Self {
            script: Mutex::new(behaviour.script.clone()),
            behaviour,
            asked: Mutex::default(),
            most: Mutex::default(),
            under_way: watch::Sender::new(0),
            releases: Semaphore::new(0),
        }
    }

    /// Takes a request, and waits as long as its step says.
    pub(super) async fn take(&self, asked: &Asked) -> Visit<'_> {
        self.under_way.send_modify(|count| {
            *count += 1;
            let mut most = locked(&self.most);
            *most = most.max(*count);
        });
        let step = locked(&self.script).next();
        let number = {
            let mut all = locked(&self.asked);
            all.push(asked.clone());
            all.len()
        };
        let visit = Visit {
            desk: self,
            step,
            number,
        };
        tokio::time::sleep(self.behaviour.latency).await;
        match &visit.step {
            Step::Slow(time) => tokio::time::sleep(*time).await,
            Step::Silent => std::future::pending().await,
            Step::Held => {
                if let Ok(release) = self.releases.acquire().await {
                    release.forget();
                }
            }
            _ => {}
        }
        visit
    }

    pub(super) fn then(&self, steps: impl IntoIterator<Item = Step>) {
        locked(&self.script).then(steps);
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        locked(&self.asked).clone()
    }

    pub(super) fn most_at_once(&self) -> usize {
        *locked(&self.most)
    }

    pub(super) async fn has_under_way(&self, count: usize) {
        let mut under_way = self.under_way.subscribe();
        // It fails when the desk is gone, and this is the desk.
        _ = under_way.wait_for(|now| *now == count).await;
    }

    pub(super) fn release(&self, count: usize) {
        self.releases.add_permits(count);
    }
}

/// A client that goes away ends its visit too.
impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.desk.under_way.send_modify(|count| *count -= 1);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
