//! What the attempts of one call have taken of its limit.

use std::time::Duration;

use crate::{Attempt, Limit};

/// The attempts so far, and what is left for more.
pub(super) struct Spending {
    pub(super) limit: Limit,
    begun: Duration,
    pub(super) attempts: Vec<Attempt>,
}

impl Spending {
    pub(super) fn new(limit: Limit, now: Duration) -> Self {
        Self {
            limit,
            begun: now,
            attempts: Vec::new(),
        }
    }

    pub(super) fn left(&self, now: Duration) -> Limit {
        let tokens = self.attempts.iter().map(|one| one.usage.total()).sum();
        let cost = self.attempts.iter().map(|one| one.cost).sum();
        let time = now.saturating_sub(self.begun);
        self.limit.less(tokens, cost, time)
    }
}
