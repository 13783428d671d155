//! Where an error stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where an error stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorStatus {
    /// It occurs and nobody is at it.
    #[default]
    Detected,
    /// Its cause is being looked for.
    Analyzing,
    /// A fix is under way.
    Fixing,
    /// Somebody said it is gone; the next occurrence says otherwise.
    Resolved,
    /// It may occur without anybody being told.
    Ignored,
}

impl ErrorStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Detected,
        Self::Analyzing,
        Self::Fixing,
        Self::Resolved,
        Self::Ignored,
    ];

    /// The word used in JSON, SQL and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Analyzing => "analyzing",
            Self::Fixing => "fixing",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown status {0:?}: use detected, analyzing, fixing, resolved or ignored")]
pub struct UnknownStatus(pub String);

impl FromStr for ErrorStatus {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownStatus(word.to_owned()))
    }
}
