//! Work that follows from events.

use std::time::Duration;

use super::reader::{Name, Reader};

/// Shorter, and a busy worker loses what it is doing; longer, and nobody notices that it is gone.
const LEASE_SECONDS: std::ops::RangeInclusive<u64> = 3..=600;

/// `[jobs]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jobs {
    /// `BUGSAGE_JOB_LEASE_SECONDS`: how long a job stays with a worker that gives no sign of life. 30.
    pub lease: Duration,
}

impl Jobs {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let lease = Name::new("jobs.lease_seconds", "BUGSAGE_JOB_LEASE_SECONDS");
        let mut seconds = reader.parsed(lease, 30, "a number of seconds");
        if !LEASE_SECONDS.contains(&seconds) {
            let (least, most) = (LEASE_SECONDS.start(), LEASE_SECONDS.end());
            reader.wrong(lease, &format!("is {seconds}: use {least} to {most}"));
            seconds = 30;
        }
        Self {
            lease: Duration::from_secs(seconds),
        }
    }
}
