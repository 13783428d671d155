//! The second vector of an error, by a model, where one is set up.
//!
//! The [saga](EmbeddingSaga) asks for a job for each new error; a job takes along the errors of those that
//! wait behind it, so that a model is asked for many at once. What was there before a model was set up is
//! [caught up](catch_up) with. A text is paid for once: errors with the same text share its vector. Without
//! these vectors, or until they are made, the built-in ones serve.

mod batch;
mod made;
mod react;
mod work;

use std::sync::Arc;

use bugsage_domain::similarity::TEXT;
use bugsage_models::chain::Vectors;
use bugsage_models::{ConfigFault, MicroDollars, Provider, RealPace, Rest, Retry};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

pub use react::EmbeddingSaga;

use crate::{Priority, Register, Work};
use work::{Embed, Wish};

/// The saga's name.
const SAGA: &str = "embedding";
/// Numbers that the column holds.
pub const DIMENSIONS_MAX: u32 = 1536;

/// The model that makes vectors. Cheap to clone.
#[derive(Clone)]
pub struct Embedder {
    name: String,
    vectors: Arc<Vectors>,
    month_budget: MicroDollars,
    /// What texts are digested with.
    secret: Vec<u8>,
}

impl Embedder {
    /// The model of a provider; `dimensions` for those that can make vectors of any length.
    ///
    /// # Errors
    /// What is wrong with its configuration.
    pub fn new(
        provider: &Provider,
        dimensions: Option<u32>,
        month_budget: MicroDollars,
        secret: &[u8],
    ) -> Result<Self, ConfigFault> {
        let ways = (Retry::default(), Rest::default());
        let pace = Arc::new(RealPace::default());
        Ok(Self {
            name: name(provider, dimensions),
            vectors: Arc::new(Vectors::new(provider, dimensions, ways, pace)?),
            month_budget,
            secret: secret.to_vec(),
        })
    }

    /// What its vectors are stored under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What vectors are stored under that can be compared with each other: whose model made them, how long
/// they are, and of which texts.
#[must_use]
pub fn name(provider: &Provider, dimensions: Option<u32>) -> String {
    let (whose, model) = (&provider.name, &provider.model);
    match dimensions {
        Some(length) => format!("{whose}/{model}/{length}/{TEXT}"),
        None => format!("{whose}/{model}/{TEXT}"),
    }
}

/// Adds the saga and its work; both also where no model is set up, so that events are passed by and jobs end
/// that nobody does any more.
#[must_use]
pub fn register(register: Register, embedder: Option<Embedder>) -> Register {
    let name = embedder.as_ref().map(|one| one.name.clone());
    register
        .saga(EmbeddingSaga { embedder: name })
        .work(Embed { embedder })
}

/// Asks for the vectors of errors that have none: those of before a model was set up, and those that were
/// given up with a job. For a worker to call when it starts. Two that start at once share what there is.
///
/// # Errors
/// When the database fails.
pub async fn catch_up(projector: &PgPool, embedder: &str) -> Result<(), sqlx::Error> {
    let organizations: Vec<Uuid> = sqlx::query_scalar("select unembedded_organizations($1)")
        .bind(embedder)
        .fetch_all(projector)
        .await?;
    for organization in organizations {
        let wish = Wish {
            embedder: embedder.to_owned(),
            error: None,
        };
        sqlx::query("select enqueue_job(gen_random_uuid(), $1, $2, $3, $4, 0, 0, '', $5, 0)")
            .bind(organization)
            .bind(Embed::KIND)
            .bind(Priority::Backlog as i16)
            .bind(SAGA)
            .bind(json!(wish))
            .execute(projector)
            .await?;
    }
    Ok(())
}
