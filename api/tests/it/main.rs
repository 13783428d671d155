//! The `bugsage` program as operators type it, and its connection to NATS.

#![expect(
    clippy::disallowed_methods,
    reason = "tests are the outside: they make ids and read their settings"
)]

mod cli;
mod collector;
mod config;
mod crashes;
mod documents;
mod flood;
mod logs;
mod nats;
mod program;
mod rebuilds;
mod service;
mod slow;
mod stop;
mod traces;
mod workers;
