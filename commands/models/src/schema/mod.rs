//! The one subset of JSON Schema that every provider takes: OpenAI's strict mode, Anthropic's
//! structured output, and what local servers turn into grammars.
//!
//! All fields are required, and nullable in place of optional. No further fields, no bounds, no
//! patterns, no references and so no recursion, and shallow. Bounds are checked by whoever reads
//! the answer. [`Schema::new`] checks that a schema is of the subset, [`Schema::adapted`] makes one
//! of it from a richer one, and [`Schema::check`] holds an answer to it.

mod adapt;
mod fit;
mod subset;

use serde_json::Value;

/// A schema that every provider takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema(Value);

/// What is wrong, with a schema or with an answer that is held to one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", if .at.is_empty() { "the whole" } else { .at.as_str() })]
pub struct Fault {
    /// Where: a JSON pointer, empty for the whole.
    pub at: String,
    /// What, in words that a person and a model understand.
    pub what: String,
}

impl Fault {
    fn new(at: &str, what: impl Into<String>) -> Self {
        Self {
            at: at.to_owned(),
            what: what.into(),
        }
    }
}

impl Schema {
    /// A schema that is of the subset already.
    ///
    /// # Errors
    /// The first [`Fault`] that some provider would refuse.
    pub fn new(schema: Value) -> Result<Self, Fault> {
        subset::check(&schema)?;
        Ok(Self(schema))
    }

    /// A schema of the subset that takes what `schema` takes, and more where that has bounds:
    /// references are put in, optional fields become nullable, bounds go.
    ///
    /// # Errors
    /// The first [`Fault`] that cannot be said in the subset: recursion, maps, anything of any type.
    pub fn adapted(schema: &Value) -> Result<Self, Fault> {
        Self::new(adapt::adapted(schema)?)
    }

    /// Whether `answer` fits.
    ///
    /// # Errors
    /// The first [`Fault`] of the answer.
    pub fn check(&self, answer: &Value) -> Result<(), Fault> {
        fit::check(&self.0, answer, "")
    }

    /// The schema as JSON.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

/// The pointer to a place below `at`.
fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}
