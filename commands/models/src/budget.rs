//! What calls cost, and how much one may take.

use std::time::Duration;

use crate::Usage;
use crate::outcome::Bound;

/// Millionths of a dollar.
pub type MicroDollars = u64;

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Price {
    /// Of what is asked.
    pub input: MicroDollars,
    /// Of the answer.
    pub output: MicroDollars,
}

impl Price {
    /// What a call costs, rounded up.
    #[must_use]
    pub fn of(self, usage: Usage) -> MicroDollars {
        let times = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let cost = times(usage.input, self.input) + times(usage.output, self.output);
        u64::try_from(cost.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// What all attempts of a call may take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Tokens, in and out.
    pub tokens: u64,
    /// Money.
    pub micro_dollars: MicroDollars,
    /// Time, that spent waiting included.
    pub time: Duration,
}

impl Limit {
    /// What is left when so much was taken.
    pub(crate) fn less(self, tokens: u64, micro_dollars: MicroDollars, time: Duration) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(tokens),
            micro_dollars: self.micro_dollars.saturating_sub(micro_dollars),
            time: self.time.saturating_sub(time),
        }
    }

    /// What of it a call that takes at most `usage` may exceed.
    pub(crate) fn exceeded_by(self, usage: Usage, price: Price) -> Option<Bound> {
        if self.time.is_zero() {
            Some(Bound::Time)
        } else if usage.total() > self.tokens {
            Some(Bound::Tokens)
        } else if price.of(usage) > self.micro_dollars {
            Some(Bound::Money)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_rounded_up_and_never_overflows() {
        let price = Price {
            input: 2_500_000,
            output: 10_000_000,
        };
        let usage = |input, output| Usage {
            input,
            output,
            is_estimated: false,
        };
        assert_eq!(price.of(usage(0, 0)), 0);
        assert_eq!(price.of(usage(1_000, 200)), 4_500);
        assert_eq!(price.of(usage(1, 0)), 3);
        assert_eq!(price.of(usage(u64::MAX, u64::MAX)), u64::MAX);
    }
}
