//! Asking one model after the other until an answer holds.

use bugsage_domain::analysis::Analysis;
use bugsage_models::{Again, Attempt, Chain, Exhausted, Limit, Request};
use tokio::time::Instant;

use super::budget::Left;

/// Asks models for one analysis.
pub(super) struct Asking<'a> {
    chain: &'a Chain,
    request: Request,
    left: Left,
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
    pub(super) fn new(chain: &'a Chain, request: Request, left: Left) -> Self {
        Self {
            chain,
            request,
            left,
            begun: Instant::now(),
            attempts: Vec::new(),
        }
    }

    /// The first of these whose answer holds.
    pub(super) async fn ask(mut self, names: &[String]) -> Result<Answer, Exhausted> {
        for name in names {
            if let Some((analysis, model)) = self.ask_one(name).await {
                return Ok(Answer {
                    analysis,
                    model,
                    provider: name.clone(),
                    tried: Exhausted {
                        attempts: self.attempts,
                    },
                });
            }
        }
        Err(Exhausted {
            attempts: self.attempts,
        })
    }

    /// An answer whose JSON fits but whose content does not is asked for once more, with the fault.
    async fn ask_one(&mut self, name: &str) -> Option<(Analysis, String)> {
        let one = self.chain.only(name)?;
        let mut request = self.request.clone();
        for is_last in [false, true] {
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
                Ok(analysis) => return Some((analysis, completion.call.model)),
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

    fn limit(&self) -> Limit {
        let tokens = self.attempts.iter().map(|one| one.usage.total()).sum();
        let cost = self.attempts.iter().map(|one| one.cost).sum();
        self.left.limit(tokens, cost, self.begun.elapsed())
    }
}
