//! Making vectors of some errors at once.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use bugsage_commands::ingest::keyed_digest;
use bugsage_commands::similarity;
use bugsage_domain::ids::ErrorId;
use bugsage_models::provider::REQUEST_TOKENS_MAX;
use bugsage_models::{Exhausted, Limit, MicroDollars, Outcome, fitting};
use serde::Serialize;

use super::Embedder;
use super::made::{Made, Vectors};
use crate::{Context, Failure, Job};

/// Tokens of a text, as they are estimated: about half as many, which small models take as well.
const TEXT_TOKENS: u64 = 1_024;
/// Time of a request, with all its tries.
const TIME: Duration = Duration::from_secs(300);

/// Some errors, claimed by a job.
pub(super) struct Batch<'a> {
    pub(super) embedder: &'a Embedder,
    pub(super) job: &'a Job,
    pub(super) context: &'a Context,
}

/// What came of it, for operators.
#[derive(Debug, Default, Serialize)]
pub(super) struct Done {
    /// Texts that the model made vectors of.
    pub(super) made: usize,
    /// Errors that got the vector which their text had.
    pub(super) reused: usize,
    /// Errors of which nothing is kept, or whose text the model does not take.
    pub(super) given_up: usize,
    /// What it cost.
    pub(super) cost_micros: MicroDollars,
    /// The rest waits until somebody asks again.
    pub(super) is_over_budget: bool,
}

/// A text, and the errors that have it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) digest: Vec<u8>,
    pub(super) text: String,
    pub(super) errors: Vec<ErrorId>,
}

impl Batch<'_> {
    pub(super) async fn make(&self, errors: Vec<ErrorId>, done: &mut Done) -> Result<(), Failure> {
        let vectors = Vectors {
            app: &self.context.database,
            organization: self.job.organization,
            embedder: &self.embedder.name,
        };
        let mut texts = self.texts(&errors).await?;
        let told: HashSet<_> = texts
            .iter()
            .flat_map(|text| &text.errors)
            .copied()
            .collect();
        let untold: Vec<_> = errors.into_iter().filter(|e| !told.contains(e)).collect();
        done.given_up += untold.len();
        vectors.give_up(&untold).await?;

        let reused = vectors.reuse(&texts).await?;
        done.reused += reused.len();
        texts.retain(|text| !text.errors.iter().any(|error| reused.contains(error)));
        if texts.is_empty() {
            return Ok(());
        }
        let Some(refused) = self.ask(&vectors, &texts, done).await? else {
            return Ok(());
        };
        if texts.len() == 1 {
            return Err(Failure::lasting(refused));
        }
        self.ask_one_by_one(&vectors, &texts, refused, done).await
    }

    /// The model does not take the request: for one of the texts, or at all.
    async fn ask_one_by_one(
        &self,
        vectors: &Vectors<'_>,
        texts: &[Text],
        refused: Exhausted,
        done: &mut Done,
    ) -> Result<(), Failure> {
        let mut not_taken = Vec::new();
        for text in texts {
            let alone = std::slice::from_ref(text);
            if !done.is_over_budget && self.ask(vectors, alone, done).await?.is_some() {
                not_taken.push(text);
            }
        }
        if not_taken.len() == texts.len() {
            return Err(Failure::lasting(refused));
        }
        let errors = not_taken.iter().flat_map(|text| &text.errors);
        let errors: Vec<_> = errors.copied().collect();
        done.given_up += errors.len();
        Ok(vectors.give_up(&errors).await?)
    }

    /// Keeps what the model makes of these; or tells how it refused.
    async fn ask(
        &self,
        vectors: &Vectors<'_>,
        texts: &[Text],
        done: &mut Done,
    ) -> Result<Option<Exhausted>, Failure> {
        let limit = Limit {
            tokens: REQUEST_TOKENS_MAX,
            micro_dollars: self
                .embedder
                .month_budget
                .saturating_sub(vectors.spent().await?),
            time: TIME,
        };
        let words: Vec<_> = texts.iter().map(|text| text.text.clone()).collect();
        let embedded = match self.embedder.vectors.embed(&words, limit).await {
            Ok(embedded) => embedded,
            Err(exhausted) if exhausted.is_over_budget() => {
                done.is_over_budget = true;
                return Ok(None);
            }
            Err(exhausted) if is_refused(&exhausted) => return Ok(Some(exhausted)),
            Err(exhausted) => return Err(Failure::passing(exhausted)),
        };
        let cost = embedded.cost();
        let made = Made::of(embedded.embeddings, cost).map_err(Failure::lasting)?;
        vectors.keep(texts, &made).await?;
        done.made += texts.len();
        done.cost_micros += cost;
        Ok(None)
    }

    /// The texts of errors, each once.
    async fn texts(&self, errors: &[ErrorId]) -> Result<Vec<Text>, Failure> {
        let (app, organization) = (&self.context.database, self.job.organization);
        let mut known: BTreeMap<Vec<u8>, Text> = BTreeMap::new();
        for (error, text) in similarity::texts(app, organization, errors).await? {
            let text = fitting(&text, TEXT_TOKENS).to_owned();
            let digest = keyed_digest(&self.embedder.secret, text.as_bytes()).to_vec();
            let one = known.entry(digest.clone()).or_insert(Text {
                digest,
                text,
                errors: Vec::new(),
            });
            one.errors.push(error);
        }
        Ok(known.into_values().collect())
    }
}

fn is_refused(exhausted: &Exhausted) -> bool {
    let last = exhausted.attempts.last();
    last.is_some_and(|attempt| matches!(attempt.outcome, Outcome::BadRequest { .. }))
}
