//! One model after the other, until one answers.

mod breaker;
mod link;
mod spending;
mod vectors;
mod wait;
mod work;

use std::sync::Arc;

pub use breaker::Standing;
pub use vectors::{Embedded, Vectors};

use link::Link;
use spending::Spending;
use work::Completing;

use crate::{
    Account, Attempt, Completion, Config, ConfigFault, Exhausted, Limit, MicroDollars, Model, Pace,
    Request, provider,
};

/// The models, in the order in which they are asked. Cheap to clone; clones share what they know of
/// the providers.
#[derive(Clone)]
pub struct Chain {
    links: Vec<Arc<(Link, Box<dyn Model>)>>,
    pace: Arc<dyn Pace>,
    account: Option<Arc<dyn Account>>,
}

/// An answer, and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The answer.
    pub completion: Completion,
    /// Who gave it.
    pub provider: String,
    /// What was tried, in order; the last is the answer.
    pub attempts: Vec<Attempt>,
}

impl Answered {
    /// What all attempts cost together.
    #[must_use]
    pub fn cost(&self) -> MicroDollars {
        self.attempts.iter().map(|attempt| attempt.cost).sum()
    }
}

impl Chain {
    /// The models of a configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(config: &Config, pace: Arc<dyn Pace>) -> Result<Self, ConfigFault> {
        config.check()?;
        let links = config.providers.iter().map(|provider| {
            let link = Link::new(provider, config.retry, config.rest);
            Ok(Arc::new((link, provider::model(provider)?)))
        });
        Ok(Self {
            links: links.collect::<Result<_, ConfigFault>>()?,
            pace,
            account: None,
        })
    }

    /// Asks the first; where that comes to nothing, the next.
    ///
    /// # Errors
    /// [`Exhausted`], with every attempt.
    pub async fn ask(&self, request: &Request, limit: Limit) -> Result<Answered, Exhausted> {
        let mut spending = Spending::new(limit, self.account.as_deref(), self.pace.now());
        for link in &self.links {
            let (link, model) = &**link;
            let work = Completing {
                model: &**model,
                request: request.clone(),
                is_repaired: false,
            };
            if let Some(completion) = link.run(work, &mut spending, &*self.pace).await {
                return Ok(Answered {
                    completion,
                    provider: link.name.clone(),
                    attempts: spending.attempts,
                });
            }
        }
        Err(Exhausted {
            attempts: spending.attempts,
        })
    }

    /// The chain of one provider alone: for a second opinion.
    #[must_use]
    pub fn only(&self, provider: &str) -> Option<Self> {
        let link = self.links.iter().find(|link| link.0.name == provider)?;
        Some(Self {
            links: vec![Arc::clone(link)],
            pace: Arc::clone(&self.pace),
            account: self.account.clone(),
        })
    }

    /// The same, and what its calls cost is noted there before each is sent.
    #[must_use]
    pub fn on(self, account: Arc<dyn Account>) -> Self {
        Self {
            account: Some(account),
            ..self
        }
    }

    /// Calls that all providers together take at once; 0 where there are none.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        let each = self.links.iter().map(|link| link.0.concurrency);
        each.fold(0, usize::saturating_add)
    }

    /// Each provider with its model, and how it stands.
    pub fn standings(&self) -> impl Iterator<Item = (&str, &str, Standing)> {
        let now = self.pace.now();
        let links = self.links.iter().map(|link| &link.0);
        links.map(move |link| (&*link.name, &*link.model, link.standing(now)))
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.standings()).finish()
    }
}
