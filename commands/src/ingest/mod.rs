//! From one event's JSON to a durable occurrence.
//!
//! [`prepare`] does all the work that needs no database, in the task of the request.
//! [`Ingest::store`] hands the result to the one writer, which commits whatever waits and
//! answers after that commit. What was acknowledged is therefore in the log.

mod batch;
mod causes;
mod compression;
mod facets;
mod known;
mod prepare;
mod repeated;
mod writer;

pub use compression::{Dictionaries, Dictionary};
pub use prepare::{EVENT_MAX, Prepared, Reporter, Unpreparable, keyed_digest, prepare};
pub use repeated::repeated;
pub(crate) use writer::ensure_partitions;
pub use writer::{Beside, Ingest, IngestError, IngestLimits};

use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_event_store::Idempotency;
use serde::{Deserialize, Serialize};

/// An occurrence to store, and the sender's key if it gave one.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What to store.
    pub occurrence: Prepared,
    /// Makes a second sending harmless, and a different one under the same key refused.
    pub idempotency: Option<Idempotency>,
    /// The request that brought it.
    pub request_id: String,
}

/// What became of an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// Its id.
    pub event_id: EventId,
    /// The error it belongs to.
    pub error_id: ErrorId,
    /// Whether it made a new error, joined a known one, or had been stored before.
    pub outcome: Outcome,
    /// The position to wait for before the error can be read; `None` if no domain event was needed.
    pub position: Option<i64>,
}

/// How an occurrence was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The first of a new error.
    New,
    /// One more of a known error.
    Known,
    /// The same id had been stored before: nothing changed.
    Duplicate,
}
