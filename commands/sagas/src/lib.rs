//! Work between domain events and the outside.
//!
//! A [`Saga`] reacts to domain events, purely; the runner makes its steps happen once. What takes time or
//! may fail is a job: a row, written with the saga's checkpoint, that a worker takes for a lease, does by
//! its [`Work`], and ends together with what it writes. NATS spreads the ids of jobs over machines; without
//! it workers look at the rows, by the same code. The [relay](mod@relay) tells others of domain events.
//!
//! To add a kind of job: implement [`Work`] and name it in the [`Register`]; to add a saga: [`Saga`], likewise.

pub mod analysis;
mod announcer;
pub mod embedding;
mod jetstream;
mod job;
mod offers;
pub mod operators;
mod pace;
mod queue;
mod relay;
mod saga;
mod start;
mod work;
mod worker;

pub use jetstream::JetStreamError;
pub use job::{Job, NewJob, Priority, job_id};
pub use pace::Pace;
pub use saga::{Saga, Step};
pub use start::{Prepared, Register, StartError, Surroundings};
pub use work::{Context, Failure, Outcome, Retry, Work};
