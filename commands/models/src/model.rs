//! What is asked of a model, and what comes back.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::{Outcome, Schema, estimate};

/// Answers with JSON of a schema.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks once.
    ///
    /// # Errors
    /// A [`Failure`] with every outcome but [`Outcome::Answered`].
    async fn complete(&self, request: &Request) -> Result<Completion, Failure>;
}

/// Turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// A vector for each text, in their order.
    ///
    /// # Errors
    /// A [`Failure`]; [`Outcome::BadRequest`] for a text that is empty or too long.
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, Failure>;
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the model is to do: ours alone, never text of an error.
    pub system: String,
    /// What it is to do it with.
    pub user: String,
    /// What the answer is to fit.
    pub schema: Schema,
    /// What the answer is called: letters, digits, `_` and `-`, at most 64.
    pub schema_name: String,
    /// Tokens of the answer.
    pub max_tokens: u32,
    /// An answer that did not do.
    pub again: Option<Again>,
}

/// An answer that did not do, and why: so a model is asked to repair it.
#[derive(Debug, Clone)]
pub struct Again {
    /// The answer as it came.
    pub answer: String,
    /// What is wrong with it.
    pub fault: String,
}

impl Again {
    /// The fault, said to the model.
    pub(crate) fn words(&self) -> String {
        format!(
            "That answer cannot be used. {}. Answer again, as a whole, with this put right.",
            self.fault
        )
    }
}

impl Request {
    /// Tokens that asking takes at most, the schema included.
    #[must_use]
    pub fn estimated_input(&self) -> u64 {
        let schema = self.schema.as_value().to_string();
        let again = self.again.iter();
        let again = again.map(|again| estimate(&again.answer) + estimate(&again.words()));
        // What a provider puts around the messages.
        const FRAMING: u64 = 64;
        let asked = estimate(&self.system) + estimate(&self.user) + estimate(&schema);
        asked + again.sum::<u64>() + FRAMING
    }

    /// What asking takes at most.
    pub(crate) fn worst(&self) -> Usage {
        Usage {
            input: self.estimated_input(),
            output: self.max_tokens.into(),
            is_estimated: true,
        }
    }
}

/// How the schema was put to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The provider holds the answer to the schema.
    JsonSchema,
    /// The model must call a tool whose input has the schema.
    StrictTool,
    /// The provider makes sure of JSON; the schema is in the prompt.
    JsonObject,
    /// The schema is in the prompt, and the JSON is looked for in the text.
    Text,
    /// No schema: vectors were asked for.
    Vectors,
}

/// Tokens that a call took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of what was asked.
    pub input: u64,
    /// Of the answer.
    pub output: u64,
    /// The provider did not say: this is the most it can be.
    pub is_estimated: bool,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.input + self.output
    }

    /// As a provider says it, which may be anything: more than a model can hold is not believed, so
    /// that sums have room.
    pub(crate) fn told(input: u64, output: u64) -> Self {
        const BELIEVED: u64 = u32::MAX as u64;
        Self {
            input: input.min(BELIEVED),
            output: output.min(BELIEVED),
            is_estimated: false,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            input: self.input + other.input,
            output: self.output + other.output,
            is_estimated: self.is_estimated || other.is_estimated,
        }
    }
}

/// What is known of a call, however it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The model, as the provider names it; as it is configured where the provider does not.
    pub model: String,
    /// How it was asked.
    pub mode: Mode,
    /// What it took.
    pub usage: Usage,
    /// The provider's id of it.
    pub request_id: Option<String>,
    /// How long it took.
    pub latency: Duration,
}

/// An answer that fits its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The answer.
    pub value: Value,
    /// The answer as it came.
    pub text: String,
    /// How.
    pub call: Call,
}

/// No answer, or one that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{outcome}")]
pub struct Failure {
    /// Why.
    pub outcome: Outcome,
    /// What came in place of an answer.
    pub text: String,
    /// How.
    pub call: Box<Call>,
}

impl Failure {
    /// The same, and what was taken before it.
    pub(crate) fn with(mut self, usage: Usage) -> Self {
        self.call.usage = self.call.usage.and(usage);
        self
    }
}

/// Vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// One for each text, all of one length.
    pub vectors: Vec<Vec<f32>>,
    /// How; all requests together.
    pub call: Call,
}
