//! The whole system from outside: a service on a real port over a real database, asked
//! through HTTP and by real SDKs. Every answer is held against the OpenAPI document.

#![expect(
    clippy::disallowed_methods,
    reason = "tests are the outside: they make ids and read their settings"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod access;
mod analyses;
mod app;
mod away;
mod browser;
mod clients;
mod clocks;
mod conformance;
mod errors;
mod health;
mod idempotency;
mod ingest;
mod input;
mod keys;
mod limited;
mod min_position;
mod openapi;
mod operations;
mod people;
mod problems;
mod provider;
mod proxy;
mod ready;
mod roles;
mod room;
mod settings;
mod smoke;
mod workspace;
