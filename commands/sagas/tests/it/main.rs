//! Sagas and jobs on a real database, with a real NATS that can be killed.

#![expect(
    clippy::disallowed_methods,
    reason = "the setting of these tests, and ids of their own"
)]
#![expect(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

mod ended;
mod jobs;
mod nats;
mod operators;
mod reactions;
mod relay;
mod site;
mod spread;
mod works;
