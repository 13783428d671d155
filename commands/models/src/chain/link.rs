//! One provider of a chain: so many calls at once, again where that can help, not while it rests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::breaker::{Breaker, Standing};
use super::spending::Spending;
use super::work::Work;
use crate::config::{Provider, Rest, Retry};
use crate::outcome::Bound;
use crate::{Attempt, Call, Failure, Outcome, Pace, Price};

/// How a provider is treated, whatever it is asked for.
pub(super) struct Link {
    pub(super) name: String,
    pub(super) model: String,
    price: Price,
    timeout: Duration,
    /// Calls it takes at once.
    pub(super) concurrency: usize,
    slots: Semaphore,
    retry: Retry,
    rest: Rest,
    breaker: Mutex<Breaker>,
}

impl Link {
    pub(super) fn new(provider: &Provider, retry: Retry, rest: Rest) -> Self {
        Self {
            name: provider.name.clone(),
            model: provider.model.clone(),
            price: provider.price,
            timeout: provider.timeout,
            concurrency: provider.concurrency,
            slots: Semaphore::new(provider.concurrency.min(Semaphore::MAX_PERMITS)),
            retry,
            rest,
            breaker: Mutex::default(),
        }
    }

    pub(super) fn standing(&self, now: Duration) -> Standing {
        self.breaker(|breaker| breaker.standing(now))
    }

    /// Does `work`, as often as is worth it, and notes each attempt.
    pub(super) async fn run<W: Work>(
        &self,
        mut work: W,
        spending: &mut Spending<'_>,
        pace: &dyn Pace,
    ) -> Option<W::Output> {
        for nth in 0.. {
            let tried = self.once(&work, spending, pace).await;
            let failure = match tried {
                Ok(output) => {
                    let call = W::call(&output);
                    self.note(Outcome::Answered, call, spending);
                    return Some(output);
                }
                Err(Tried::Not(outcome)) => {
                    let attempt = Attempt::passed_over(&self.name, &self.model, outcome);
                    spending.attempts.push(attempt);
                    return None;
                }
                Err(Tried::Failed(failure)) => failure,
            };
            self.note(failure.outcome.clone(), &failure.call, spending);
            let wait = self.retry.wait(nth, &failure.outcome, pace.chance())?;
            let has_time = wait < spending.left(pace.now()).time;
            if !has_time || !work.repair(&failure) {
                return None;
            }
            pace.pause(wait).await;
        }
        None
    }

    async fn once<W: Work>(
        &self,
        work: &W,
        spending: &Spending<'_>,
        pace: &dyn Pace,
    ) -> Result<W::Output, Tried> {
        let _slot = self.slot(work, spending, pace).await.map_err(Tried::Not)?;
        let now = pace.now();
        if !self.breaker(|breaker| breaker.admits(now, self.rest)) {
            return Err(Tried::Not(Outcome::Resting));
        }
        if !spending.is_noted(self.price.of(work.worst())).await {
            return Err(Tried::Not(Outcome::Unaccounted));
        }
        let time = spending.left(now).time;
        let Ok(performed) = timeout(time, work.perform()).await else {
            // Who was left with a moment, after waiting for others, says nothing of the provider.
            if time.saturating_mul(2) >= spending.limit.time.min(self.timeout) {
                self.hear(&Outcome::TimedOut, pace);
            }
            return Err(Tried::Failed(self.cut_off(work, time)));
        };
        match &performed {
            Ok(_) => self.hear(&Outcome::Answered, pace),
            Err(failure) => self.hear(&failure.outcome, pace),
        }
        performed.map_err(Tried::Failed)
    }

    /// Takes note of how the provider is.
    fn hear(&self, outcome: &Outcome, pace: &dyn Pace) {
        let now = pace.now();
        if self.breaker(|breaker| breaker.hears(outcome, now, self.rest)) {
            let (provider, outcome) = (&self.name, outcome.word());
            tracing::warn!(%provider, outcome, "a model is left alone for a while");
        }
    }

    /// What is told of a call that the limit ended.
    fn cut_off<W: Work>(&self, work: &W, latency: Duration) -> Failure {
        Failure {
            outcome: Outcome::TimedOut,
            text: String::new(),
            call: Box::new(Call {
                model: self.model.clone(),
                mode: work.mode(),
                // It may come to its end there, and be paid for.
                usage: work.worst(),
                request_id: None,
                latency,
            }),
        }
    }

    /// Waits for room, within the limit.
    async fn slot<W: Work>(
        &self,
        work: &W,
        spending: &Spending<'_>,
        pace: &dyn Pace,
    ) -> Result<SemaphorePermit<'_>, Outcome> {
        let left = spending.left(pace.now());
        if let Some(of) = left.exceeded_by(work.worst(), self.price) {
            return Err(Outcome::OverLimit { of });
        }
        // A place at one that does not answer is not waited for.
        if self.standing(pace.now()) == Standing::Resting {
            return Err(Outcome::Resting);
        }
        match timeout(left.time, self.slots.acquire()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(Outcome::OverLimit { of: Bound::Time }),
        }
    }

    fn note(&self, outcome: Outcome, call: &Call, spending: &mut Spending<'_>) {
        let (provider, word) = (&self.name, outcome.word());
        tracing::debug!(%provider, model = call.model, outcome = word, "a model was asked");
        let cost = self.price.of(call.usage);
        let attempt = Attempt::made(provider, outcome, call, cost);
        spending.attempts.push(attempt);
    }

    fn breaker<T>(&self, use_it: impl FnOnce(&mut Breaker) -> T) -> T {
        let breaker = self.breaker.lock();
        use_it(&mut breaker.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why there is nothing.
enum Tried {
    /// It was not asked.
    Not(Outcome),
    /// It was.
    Failed(Failure),
}
