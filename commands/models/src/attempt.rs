//! Every attempt that a chain made.

use std::time::Duration;

use crate::{Bound, Call, MicroDollars, Mode, Outcome, Usage};

/// One model, asked or passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The provider, as it is configured.
    pub provider: String,
    /// The model.
    pub model: String,
    /// How it was asked; nothing where it was not.
    pub mode: Option<Mode>,
    /// What came of it.
    pub outcome: Outcome,
    /// What it took.
    pub usage: Usage,
    /// What that costs.
    pub cost: MicroDollars,
    /// The provider's id of it.
    pub request_id: Option<String>,
    /// How long it took.
    pub latency: Duration,
}

impl Attempt {
    pub(crate) fn made(provider: &str, outcome: Outcome, call: &Call, cost: MicroDollars) -> Self {
        Self {
            provider: provider.to_owned(),
            model: call.model.clone(),
            mode: Some(call.mode),
            outcome,
            usage: call.usage,
            cost,
            request_id: call.request_id.clone(),
            latency: call.latency,
        }
    }

    pub(crate) fn passed_over(provider: &str, model: &str, outcome: Outcome) -> Self {
        Self {
            provider: provider.to_owned(),
            model: model.to_owned(),
            mode: None,
            outcome,
            usage: Usage::default(),
            cost: 0,
            request_id: None,
            latency: Duration::ZERO,
        }
    }
}

/// No model answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no model answered: {}", told(.attempts))]
pub struct Exhausted {
    /// What was tried, in order; empty where no model is configured.
    pub attempts: Vec<Attempt>,
}

impl Exhausted {
    /// What all attempts cost together.
    #[must_use]
    pub fn cost(&self) -> MicroDollars {
        self.attempts.iter().map(|attempt| attempt.cost).sum()
    }

    /// Whether models were passed over for a budget alone: with a higher one, the call may do. A call that
    /// waited too long for its turn is over no budget.
    #[must_use]
    pub fn is_over_budget(&self) -> bool {
        let is_over = |attempt: &Attempt| matches!(attempt.outcome, Outcome::OverLimit { of } if of != Bound::Time);
        !self.attempts.is_empty() && self.attempts.iter().all(is_over)
    }
}

fn told(attempts: &[Attempt]) -> String {
    if attempts.is_empty() {
        return "none is configured".to_owned();
    }
    let told = attempts.iter();
    let told = told.map(|attempt| format!("{}: {}", attempt.provider, attempt.outcome));
    told.collect::<Vec<_>>().join("; ")
}
