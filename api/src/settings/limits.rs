//! How many requests of the REST API each may send.

use std::num::NonZeroU32;

use super::reader::{Name, Reader};

/// `[limits]`: requests a minute, and as many at once after a quiet minute; 0 for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `BUGSAGE_LIMIT_ADDRESS`: of one client's address, before anybody is known. 6000.
    pub address: Option<NonZeroU32>,
    /// `BUGSAGE_LIMIT_KEY`: with one API key. 6000.
    pub key: Option<NonZeroU32>,
    /// `BUGSAGE_LIMIT_USER`: of one person. 3000.
    pub user: Option<NonZeroU32>,
    /// `BUGSAGE_LIMIT_ORGANIZATION`: of all keys and people for one organization. 30000.
    pub organization: Option<NonZeroU32>,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut limit = |key, variable, default: u32| {
            let name = Name::new(key, variable);
            NonZeroU32::new(reader.parsed(name, default, "a number of requests a minute"))
        };
        Self {
            address: limit("limits.address", "BUGSAGE_LIMIT_ADDRESS", 6_000),
            key: limit("limits.key", "BUGSAGE_LIMIT_KEY", 6_000),
            user: limit("limits.user", "BUGSAGE_LIMIT_USER", 3_000),
            organization: limit("limits.organization", "BUGSAGE_LIMIT_ORGANIZATION", 30_000),
        }
    }
}
