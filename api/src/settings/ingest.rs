//! Taking occurrences.

use std::num::NonZeroU32;

use super::reader::{Name, Reader};

/// `[ingest]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingest {
    /// `BUGSAGE_INFLIGHT_MB`: megabytes of request bodies held at once, over all connections; answers
    /// that wait to be fetched may hold as much. 512.
    pub inflight_megabytes: NonZeroU32,
}

impl Ingest {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            inflight_megabytes: reader
                .count(Name::new("ingest.inflight_mb", "BUGSAGE_INFLIGHT_MB"), 512),
        }
    }
}
