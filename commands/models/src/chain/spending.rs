//! What the attempts of one call have taken of its limit.

use std::time::Duration;

use crate::{Account, Attempt, Limit, MicroDollars};

/// The attempts so far, and what is left for more.
pub(super) struct Spending<'a> {
    pub(super) limit: Limit,
    account: Option<&'a dyn Account>,
    begun: Duration,
    pub(super) attempts: Vec<Attempt>,
}

impl<'a> Spending<'a> {
    pub(super) fn new(limit: Limit, account: Option<&'a dyn Account>, now: Duration) -> Self {
        Self {
            limit,
            account,
            begun: now,
            attempts: Vec::new(),
        }
    }

    pub(super) fn left(&self, now: Duration) -> Limit {
        let tokens = self.attempts.iter().map(|one| one.usage.total()).sum();
        let cost = self.cost();
        let time = now.saturating_sub(self.begun);
        self.limit.less(tokens, cost, time)
    }

    /// Whether a call that costs so much at most may be sent.
    pub(super) async fn is_noted(&self, most: MicroDollars) -> bool {
        match self.account {
            Some(account) => account.notes(self.cost().saturating_add(most)).await,
            None => true,
        }
    }

    fn cost(&self) -> MicroDollars {
        self.attempts.iter().map(|one| one.cost).sum()
    }
}
