//! How long to wait before the next try.

use std::time::Duration;

use crate::config::Retry;
use crate::outcome::Outcome;

impl Retry {
    /// The wait after a try that failed, the first being 0; nothing where waiting so long, or
    /// trying again, is not worth it. `chance` is from 0 to 1.
    pub(super) fn wait(self, nth: u32, outcome: &Outcome, chance: f64) -> Option<Duration> {
        if !outcome.is_worth_retrying() || nth + 1 >= self.tries {
            return None;
        }
        if outcome.repairable().is_some() {
            return Some(Duration::ZERO);
        }
        let doubled = self.pause.saturating_mul(2_u32.saturating_pow(nth));
        let doubled = doubled.min(self.longest_pause);
        // From half to the whole: those who failed together do not come again together.
        let spread = doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
        match outcome.retry_after() {
            Some(told) if told > self.longest_pause => None,
            // Not before it said, and not all at that moment.
            Some(told) => Some(told + spread.mul_f64(0.1)),
            None => Some(spread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        tries: 5,
        pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(3),
    };

    #[test]
    fn waits_double_up_to_a_bound_and_are_spread() {
        let wait = |nth, chance| RETRY.wait(nth, &Outcome::TimedOut, chance);
        let wait = |nth, chance| wait(nth, chance).map(|wait| wait.as_millis());
        assert_eq!(
            [0, 1, 2, 3, 4].map(|nth| wait(nth, 1.0)),
            [Some(500), Some(1_000), Some(2_000), Some(3_000), None]
        );
        assert_eq!(wait(1, 0.0), Some(500));
        assert_eq!(wait(1, 0.5), Some(750));
    }

    #[test]
    fn what_a_provider_asks_for_is_given_or_it_is_given_up() {
        let wait = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            RETRY.wait(0, &Outcome::RateLimited { retry_after }, 1.0)
        };
        assert_eq!(wait(2), Some(Duration::from_millis(2_050)));
        assert_eq!(wait(4), None);
    }

    #[test]
    fn what_cannot_succeed_is_not_tried_again() {
        for outcome in [Outcome::Quota, Outcome::Cut, Outcome::Filtered] {
            assert_eq!(RETRY.wait(0, &outcome, 0.0), None);
        }
    }
}
