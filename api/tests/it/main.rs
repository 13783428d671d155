//! The `bugsage` program as operators type it, and its connection to NATS.

mod cli;
mod config;
mod crashes;
mod logs;
mod nats;
mod program;
mod service;
mod slow;
mod stop;
