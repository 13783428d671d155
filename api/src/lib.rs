//! How the world reaches BugSage.
//!
//! A request gets its id ([`request_id`]), finds its handler in [`routes`], is let in by
//! [`access`], or by a DSN's key ([`keys`]), calls one command or one query, and is answered; every error becomes a
//! [`problem`] in one place, and for SDKs a rejection ([`ingest::answer`]).

pub mod access;
pub mod address;
mod browser;
pub mod demo;
pub mod errors;
pub mod health;
pub mod heavy;
pub mod hosts;
pub mod idempotency;
pub mod in_flight;
pub mod ingest;
pub mod input;
pub mod keys;
pub mod limits;
pub mod logs;
pub mod metrics;
pub mod min_position;
pub mod nats;
pub mod operations;
pub mod organizations;
pub mod problem;
pub mod projects;
pub mod request_id;
pub mod routes;
pub mod serve;
pub mod session;
pub mod settings;
pub mod state;
pub mod traces;
pub mod transfer;
pub mod versions;
