//! Models, asked over real HTTP: a scripted server stands in for each provider.

#![expect(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

mod anthropic;
mod breaker;
mod concurrency;
mod embeddings;
mod limits;
mod modes;
mod outcomes;
mod retries;
mod schema;
mod secrets;
mod site;
