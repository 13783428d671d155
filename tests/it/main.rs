//! The whole system from outside: a service on a real port over a real database, asked
//! through HTTP and by real SDKs. Every answer is held against the OpenAPI document.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod app;
mod away;
mod clients;
mod conformance;
mod errors;
mod health;
mod idempotency;
mod ingest;
mod keys;
mod min_position;
mod openapi;
mod problems;
mod settings;
mod smoke;
mod workspace;
