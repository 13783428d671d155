//! The `bugsage` program as operators type it, and its connection to NATS.

mod cli;
mod crashes;
mod nats;
