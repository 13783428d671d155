//! A provider that keeps failing is left alone for a while; then one call tries it out.

use std::time::Duration;

use crate::config::Rest;
use crate::outcome::{Health, Outcome};

/// Whether a provider is asked. Nothing here knows what time it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Breaker {
    failures: u32,
    rests_until: Option<Duration>,
}

/// How a provider stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is asked.
    Asked,
    /// It failed too often, and is left alone.
    Resting,
    /// It has rested: the next call tries it out.
    OnTrial,
}

impl Breaker {
    pub(super) fn standing(self, now: Duration) -> Standing {
        match self.rests_until {
            None => Standing::Asked,
            Some(until) if now < until => Standing::Resting,
            Some(_) => Standing::OnTrial,
        }
    }

    /// Whether it may be asked. Who tries it out has as long as a rest for it: should nothing more
    /// be heard of that call, another may try.
    pub(super) fn admits(&mut self, now: Duration, rest: Rest) -> bool {
        match self.standing(now) {
            Standing::Asked => true,
            Standing::Resting => false,
            Standing::OnTrial => {
                self.rests_until = Some(now + rest.time);
                true
            }
        }
    }

    /// Takes note of what came of a call. Says whether that begins a rest.
    pub(super) fn hears(&mut self, outcome: &Outcome, now: Duration, rest: Rest) -> bool {
        let was_asked = self.rests_until.is_none();
        match outcome.health() {
            Health::Unknown => return false,
            Health::Well => *self = Self::default(),
            Health::Failing | Health::Unusable => {
                self.failures = self.failures.saturating_add(1);
                let is_enough = self.failures >= rest.failures || !was_asked;
                if is_enough || outcome.health() == Health::Unusable {
                    let asked_for = outcome.retry_after().unwrap_or_default();
                    // An hour: what a provider asks for must not take it away for ever.
                    let asked_for = asked_for.min(Duration::from_secs(3_600));
                    self.rests_until = Some(now + rest.time.max(asked_for));
                }
            }
        }
        was_asked && self.rests_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Rest = Rest {
        failures: 3,
        time: Duration::from_secs(30),
    };
    const FAILED: Outcome = Outcome::TimedOut;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn failures_in_a_row_begin_a_rest_and_an_answer_between_them_does_not() {
        let mut breaker = Breaker::default();
        for outcome in [FAILED, FAILED, Outcome::Cut, FAILED, FAILED] {
            assert!(!breaker.hears(&outcome, at(0), REST));
            assert!(breaker.admits(at(0), REST));
        }
        assert!(breaker.hears(&FAILED, at(1), REST));
        assert_eq!(breaker.standing(at(30)), Standing::Resting);
        assert!(!breaker.admits(at(30), REST));
    }

    #[test]
    fn one_tries_it_out_and_decides() {
        let mut breaker = Breaker::default();
        (0..3).for_each(|_| _ = breaker.hears(&FAILED, at(0), REST));
        assert_eq!(breaker.standing(at(30)), Standing::OnTrial);
        assert!(breaker.admits(at(30), REST), "the one");
        assert!(!breaker.admits(at(30), REST), "no other");
        assert!(breaker.admits(at(60), REST), "the first is lost");
        breaker.hears(&FAILED, at(61), REST);
        assert!(!breaker.admits(at(90), REST));
        assert!(breaker.admits(at(91), REST));
        breaker.hears(&Outcome::Answered, at(92), REST);
        assert_eq!(breaker.standing(at(92)), Standing::Asked);
        assert!(!breaker.hears(&FAILED, at(92), REST), "counted anew");
    }

    #[test]
    fn a_key_that_is_refused_needs_no_second_failure_and_a_longer_rest_is_given() {
        let mut breaker = Breaker::default();
        assert!(breaker.hears(&Outcome::Quota, at(0), REST));
        let mut breaker = Breaker::default();
        let retry_after = Some(at(100));
        (0..3).for_each(|_| {
            breaker.hears(&Outcome::RateLimited { retry_after }, at(0), REST);
        });
        assert_eq!(breaker.standing(at(99)), Standing::Resting);
        assert_eq!(breaker.standing(at(100)), Standing::OnTrial);
    }
}
