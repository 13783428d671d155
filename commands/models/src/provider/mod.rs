//! The providers: what they are asked, and what they answer.

mod anthropic;
mod embeddings;
mod modes;
mod openai;
mod read;
mod refusal;

pub use anthropic::Anthropic;
pub use embeddings::{INPUT_TOKENS_MAX, INPUTS_MAX, OpenAiEmbedder, REQUEST_TOKENS_MAX};
pub use openai::OpenAi;

use crate::config::{ConfigFault, Kind, Provider};
use crate::{Model, Schema};

/// Bytes of an answer.
pub const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// The adapter of a provider.
///
/// # Errors
/// What is wrong with its configuration.
pub fn model(provider: &Provider) -> Result<Box<dyn Model>, ConfigFault> {
    Ok(match provider.kind {
        Kind::OpenAi | Kind::Compatible => Box::new(OpenAi::new(provider)?),
        Kind::Anthropic => Box::new(Anthropic::new(provider)?),
    })
}

/// Says the schema in words, for models that are not held to it.
fn in_words(schema: &Schema) -> String {
    let schema = schema.as_value();
    format!("Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{schema}")
}
