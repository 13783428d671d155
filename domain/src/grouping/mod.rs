//! Which occurrences are of the same error: numbered algorithms, frozen once used.
//!
//! [`CURRENT`] is the one that new occurrences are grouped by. A change of what an algorithm
//! answers is a new version beside the old, never an edit: stored fingerprints name theirs.

#[cfg(test)]
mod tests;
mod v1;

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::occurrence::Occurrence;

pub(crate) use v1::frames::deciding;
pub use v1::message::parametrize;

/// What similarity sees of an occurrence: as version 1 does, and as frozen.
pub(crate) mod seen {
    pub(crate) use super::v1::custom::is_given;
    pub(crate) use super::v1::excerpt::{first_line, opening};
    pub(crate) use super::v1::frames::steps;
    pub(crate) use super::v1::message::shape;
    pub(crate) use super::v1::names::class;
    pub(crate) use super::v1::{lone_stack, said};
}

/// The register of algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Precise: the sender's word, else types, top functions and messages.
    V1,
}

/// The algorithm for new occurrences.
pub const CURRENT: Version = Version::V1;

impl Version {
    /// All there are, the oldest first.
    pub const ALL: [Self; 1] = [Self::V1];

    /// The one with this number.
    #[must_use]
    pub fn numbered(number: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.number() == number)
    }

    /// The number it is stored under; never given to another.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::V1 => 1,
        }
    }
}

/// What like occurrences share: 16 bytes of SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The digest of parts; where one ends and the next begins counts.
    fn of<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        Self(short)
    }

    /// Its bytes, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What kind of thing a part of a fingerprint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A constant of the sender's own fingerprint.
    Custom,
    /// The class of an exception.
    ExceptionType,
    /// A function of the stack.
    Frame,
    /// A parametrized message.
    Message,
    /// The code of a system error.
    Code,
    /// The route or task.
    Transaction,
    /// Nothing else was there: a fixed word.
    Fallback,
}

/// One thing that a fingerprint rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The thing, as it was counted.
    pub value: String,
}

impl Component {
    fn new(kind: Kind, value: impl Into<String>) -> Self {
        Self {
            kind,
            value: value.into(),
        }
    }
}

/// The fingerprint of an occurrence, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The algorithm.
    pub version: Version,
    /// What like occurrences share.
    pub fingerprint: Fingerprint,
    /// A title for the error: type and parametrized message, at most 255 characters.
    pub title: String,
    /// The function, module or route it happens in.
    pub culprit: Option<String>,
    /// What the fingerprint rests on.
    pub explanation: Vec<Component>,
}

/// Groups an occurrence. Pure: the same occurrence has the same fingerprint for ever.
#[must_use]
pub fn fingerprint(version: Version, occurrence: &Occurrence) -> Grouping {
    match version {
        Version::V1 => v1::group(occurrence),
    }
}
