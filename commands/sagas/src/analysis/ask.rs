//! Asking one model after the other until an answer holds.

use std::sync::Arc;

use bugsage_domain::analysis::Analysis;
use bugsage_models::{Again, Attempt, Chain, Exhausted, Limit, MicroDollars, Outcome, Request};
use tokio::time::Instant;

use super::budget::Left;
use super::costs::Costs;
use crate::Failure;

/// Asks models for one analysis.
pub(super) struct Asking<'a> {
    chain: &'a Chain,
    request: Request,
    left: Left,
    costs: Costs,
    begun: Instant,
    attempts: Vec<Attempt>,
}

/// An answer that holds.
pub(super) struct Answer {
    pub(super) analysis: Analysis,
    pub(super) provider: String,
    pub(super) model: String,
    /// Everything that was tried for it.
    pub(super) tried: Exhausted,
}

impl<'a> Asking<'a> {
    pub(super) fn new(chain: &'a Chain, request: Request, left: Left, costs: Costs) -> Self {
        Self {
            chain,
            request,
            left,
            costs,
            begun: Instant::now(),
            attempts: Vec::new(),
        }
    }

    /// The first of these whose answer holds.
    ///
    /// # Errors
    /// When what it costs cannot be noted.
    pub(super) async fn ask(
        mut self,
        names: &[String],
    ) -> Result<Result<Answer, Exhausted>, Failure> {
        let mut found = None;
        for name in names {
            found = self.ask_one(name).await;
            if found.is_some() {
                break;
            }
        }
        if found.is_none() && !self.costs_are_noted() {
            return Err(Failure::passing("what a model costs cannot be noted"));
        }
        if self.attempts.iter().any(|attempt| attempt.mode.is_some()) {
            self.costs.paid = self.paid();
            // Not worth an answer that is paid for: what was noted before is the most it can have cost.
            if let Err(error) = self.costs.end().await {
                tracing::warn!(%error, "what an analysis cost stays noted as the most it can have");
            }
        }
        let tried = Exhausted {
            attempts: self.attempts,
        };
        Ok(match found {
            Some((analysis, provider, model)) => Ok(Answer {
                analysis,
                provider,
                model,
                tried,
            }),
            None => Err(tried),
        })
    }

    /// An answer whose JSON fits but whose content does not is asked for once more, with the fault.
    async fn ask_one(&mut self, name: &str) -> Option<(Analysis, String, String)> {
        let mut request = self.request.clone();
        for is_last in [false, true] {
            self.costs.paid = self.paid();
            let one = self.chain.only(name)?.on(Arc::new(self.costs.clone()));
            let answered = match one.ask(&request, self.limit()).await {
                Ok(answered) => answered,
                Err(exhausted) => {
                    self.attempts.extend(exhausted.attempts);
                    return None;
                }
            };
            self.attempts.extend(answered.attempts);
            let completion = answered.completion;
            match Analysis::read(&completion.value.to_string()) {
                Ok(analysis) => return Some((analysis, name.to_owned(), completion.call.model)),
                Err(fault) if !is_last => {
                    request.again = Some(Again {
                        answer: completion.text,
                        fault: fault.to_string(),
                    });
                }
                Err(fault) => tracing::info!(name, %fault, "an answer does not hold"),
            }
        }
        None
    }

    fn costs_are_noted(&self) -> bool {
        let is_noted = |attempt: &Attempt| attempt.outcome != Outcome::Unaccounted;
        self.attempts.iter().all(is_noted)
    }

    fn paid(&self) -> MicroDollars {
        self.attempts.iter().map(|one| one.cost).sum()
    }

    fn limit(&self) -> Limit {
        let tokens = self.attempts.iter().map(|one| one.usage.total()).sum();
        self.left.limit(tokens, self.paid(), self.begun.elapsed())
    }
}
