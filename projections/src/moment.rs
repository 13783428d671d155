//! Moments that callers name.

use chrono::{DateTime, Utc};

/// PostgreSQL's calendar begins in 4713 BC, chrono's long before; nothing is stored from then.
const EARLIEST: DateTime<Utc> = match DateTime::from_timestamp(-200_000_000_000, 0) {
    Some(moment) => moment,
    None => DateTime::UNIX_EPOCH,
};

/// The same moment, or the earliest that PostgreSQL can compare with.
pub(crate) fn comparable(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.max(EARLIEST)
}
