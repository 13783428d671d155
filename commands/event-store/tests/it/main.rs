//! The event store against a real PostgreSQL.

#![expect(clippy::disallowed_methods, reason = "tests make ids of their own")]
#![expect(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

mod append;
mod away;
mod execute;
mod follower;
mod rebuild;
mod remembered;
mod rights;
mod runner;
mod store;
mod tally;
mod tenants;
mod upcasting;
mod verify;
mod wake;
mod writer;
