//! How much may be spent on analyses.

use std::time::Duration;

use bugsage_domain::error::HeldBack;
use bugsage_models::{Exhausted, Limit, MicroDollars};

use super::costs::Spending;

/// Tokens of one analysis, in and out, over all that are asked.
const TOKENS: u64 = 200_000;
/// Time of one analysis, waiting included.
pub(super) const TIME: Duration = Duration::from_secs(300);

/// How much may be spent on analyses. What is under way is not counted yet: a few at once may exceed a
/// budget by what they cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// All of an organization in a month (UTC).
    pub month: MicroDollars,
    /// All of one error, ever.
    pub error: MicroDollars,
}

/// What is left for one analysis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    month: MicroDollars,
    error: MicroDollars,
}

impl Budgets {
    /// `kept` percent of the month's are not to be spent.
    pub(super) fn left(self, spent: Spending, kept: u8) -> Left {
        let less = |budget: u64, spent: i64| budget.saturating_sub(spent.unsigned_abs());
        let kept = u128::from(self.month) * u128::from(kept) / 100;
        let free = self
            .month
            .saturating_sub(u64::try_from(kept).unwrap_or(u64::MAX));
        Left {
            month: less(free, spent.organization),
            error: less(self.error, spent.error),
        }
    }
}

impl Left {
    /// For one analysis, of which so much is taken.
    pub(super) fn limit(self, tokens: u64, cost: MicroDollars, time: Duration) -> Limit {
        Limit {
            tokens: TOKENS.saturating_sub(tokens),
            micro_dollars: self.month.min(self.error).saturating_sub(cost),
            time: TIME.saturating_sub(time),
        }
    }

    /// Why no model answered, as it is told for ever.
    pub(super) fn held_back(self, last: &Exhausted) -> HeldBack {
        match (last.is_over_budget(), self.error < self.month) {
            (true, true) => HeldBack::ErrorBudget,
            (true, false) => HeldBack::MonthBudget,
            (false, _) => HeldBack::NoAnswer,
        }
    }
}
