//! The model that makes a second vector of each error. None is needed: the built-in ones always are there.

use bugsage_models::{Price, Provider};
use bugsage_sagas::embedding::{self, DIMENSIONS_MAX};

use super::reader::{Name, Reader};

/// `[embeddings]`.
#[derive(Debug, Clone)]
pub struct Embeddings {
    /// `BUGSAGE_EMBEDDINGS`: who makes them: openai, local, or off. Off. Address, key, concurrency and
    /// timeout are those of its section.
    /// `BUGSAGE_EMBEDDINGS_MODEL`: the model.
    /// `BUGSAGE_EMBEDDINGS_PRICE`: what a million tokens cost, in millionths of a currency. 0.
    pub provider: Provider,
    /// `BUGSAGE_EMBEDDINGS_DIMENSIONS`: how many numbers a vector has, 1 to 1536, of a model that makes vectors
    /// of any length. 0: as many as the model makes of its own accord.
    pub dimensions: Option<u32>,
    /// `BUGSAGE_EMBEDDINGS_MONTH_BUDGET`: what an organization may spend on them in a month (UTC), in
    /// millionths of the currency of the price. 1 000 000.
    pub month_budget: u64,
}

const MODEL: Name = Name::new("embeddings.model", "BUGSAGE_EMBEDDINGS_MODEL");
const DIMENSIONS: Name = Name::new("embeddings.dimensions", "BUGSAGE_EMBEDDINGS_DIMENSIONS");

impl Embeddings {
    /// `known` are the providers that are set up, asked or not.
    pub(super) fn read(reader: &mut Reader<'_>, known: &[Option<Provider>]) -> Option<Self> {
        let by = reader.choice(
            Name::new("embeddings.by", "BUGSAGE_EMBEDDINGS"),
            &[
                ("off", None),
                ("openai", Some("openai")),
                ("local", Some("local")),
            ],
            None,
        );
        let model = reader.text(MODEL, "");
        if by.is_some() && model.is_empty() {
            reader.wrong(MODEL, "is not set: give the name of the model");
        }
        let dimensions: u32 = reader.parsed(DIMENSIONS, 0, "a number");
        if dimensions > DIMENSIONS_MAX {
            reader.wrong(
                DIMENSIONS,
                &format!("is {dimensions}: use a number up to {DIMENSIONS_MAX}"),
            );
        }
        let price = reader.parsed(
            Name::new("embeddings.price", "BUGSAGE_EMBEDDINGS_PRICE"),
            0,
            "a number of millionths for a million tokens",
        );
        let month_budget = reader.parsed(
            Name::new("embeddings.month_budget", "BUGSAGE_EMBEDDINGS_MONTH_BUDGET"),
            1_000_000,
            "a number of millionths",
        );
        let provider = known.iter().flatten().find(|one| by == Some(&*one.name))?;
        Some(Self {
            provider: Provider {
                model,
                price: Price {
                    input: price,
                    output: 0,
                },
                ..provider.clone()
            },
            dimensions: (dimensions > 0).then_some(dimensions),
            month_budget,
        })
    }

    /// What its vectors are stored under.
    #[must_use]
    pub fn name(&self) -> String {
        embedding::name(&self.provider, self.dimensions)
    }
}
