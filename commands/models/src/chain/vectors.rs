//! Vectors from the one model that makes them: those of another cannot be compared with them.

use std::sync::Arc;

use super::link::Link;
use super::spending::Spending;
use super::work::Embedding;
use crate::config::{Provider, Rest, Retry};
use crate::provider::OpenAiEmbedder;
use crate::{Attempt, ConfigFault, Embedder, Embeddings, Exhausted, Limit, MicroDollars, Pace};

/// The model that makes vectors, asked as those of a [`super::Chain`] are.
pub struct Vectors {
    link: Link,
    embedder: Box<dyn Embedder>,
    pace: Arc<dyn Pace>,
}

/// Vectors, and what they took.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// The vectors.
    pub embeddings: Embeddings,
    /// What was tried, in order; the last is the answer.
    pub attempts: Vec<Attempt>,
}

impl Embedded {
    /// What all attempts cost together.
    #[must_use]
    pub fn cost(&self) -> MicroDollars {
        self.attempts.iter().map(|attempt| attempt.cost).sum()
    }
}

impl Vectors {
    /// The model of a provider; `dimensions` for those that can make vectors of any length.
    ///
    /// # Errors
    /// What is wrong with its configuration.
    pub fn new(
        provider: &Provider,
        dimensions: Option<u32>,
        (retry, rest): (Retry, Rest),
        pace: Arc<dyn Pace>,
    ) -> Result<Self, ConfigFault> {
        Ok(Self {
            embedder: Box::new(OpenAiEmbedder::new(provider, dimensions)?),
            link: Link::new(provider, retry, rest),
            pace,
        })
    }

    /// A vector for each text, in their order.
    ///
    /// # Errors
    /// [`Exhausted`], with every attempt.
    pub async fn embed(&self, texts: &[String], limit: Limit) -> Result<Embedded, Exhausted> {
        let mut spending = Spending::new(limit, None, self.pace.now());
        let embedder = &*self.embedder;
        let work = Embedding { embedder, texts };
        let embeddings = self.link.run(work, &mut spending, &*self.pace).await;
        let attempts = spending.attempts;
        match embeddings {
            Some(embeddings) => Ok(Embedded {
                embeddings,
                attempts,
            }),
            None => Err(Exhausted { attempts }),
        }
    }
}
