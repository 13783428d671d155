//! How models are asked.
//!
//! A [`Model`] answers a [`Request`] with JSON of the request's [`Schema`]; an [`Embedder`] turns
//! texts into vectors. Providers stand in [`provider`]: OpenAI, whatever speaks its API, Anthropic.
//! Whatever comes of a call is an [`Outcome`]. A [`Chain`] asks one model after the other, each
//! within its concurrency, again where that can help, and not while it keeps failing; it stays
//! within a [`Limit`], says each [`Attempt`], and may end [`Exhausted`], for the rules that need no
//! model to go on. [`scripted`] is a model server that answers, and fails, as a script says.
//!
//! Budgets over more than one call are the caller's; so is what an answer means.

mod account;
mod attempt;
mod budget;
pub mod chain;
mod config;
mod extract;
mod key;
mod model;
mod outcome;
mod pace;
pub mod provider;
mod schema;
pub mod scripted;
mod tokens;
mod wire;

pub use account::Account;
pub use attempt::{Attempt, Exhausted};
pub use budget::{Limit, MicroDollars, Price};
pub use chain::Chain;
pub use config::{Config, ConfigFault, Kind, Provider, Rest, Retry};
pub use key::Key;
pub use model::{
    Again, Call, Completion, Embedder, Embeddings, Failure, Mode, Model, Request, Usage,
};
pub use outcome::{Bound, Outcome};
pub use pace::{Pace, RealPace};
pub use schema::{Fault, Schema};
pub use tokens::{estimate, fitting};
