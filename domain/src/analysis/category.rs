//! What kind of cause an error has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! categories {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal,)*) => {
        /// What kind of cause an error has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Category {
            $($(#[doc = $doc])* $name,)*
        }

        impl Category {
            /// Every category.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// The word used in JSON, SQL and prompts.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

categories! {
    /// Something absent was used as if it were there.
    NullReference = "null_reference",
    /// A key, attribute, column, method or variable is not there.
    MissingKey = "missing_key",
    /// An index or slice beyond the end.
    OutOfRange = "out_of_range",
    /// A value of the wrong type.
    TypeMismatch = "type_mismatch",
    /// Of the right type, but a value that is not allowed.
    InvalidValue = "invalid_value",
    /// A text that does not parse or has another encoding.
    Parse = "parse",
    /// Division by zero, overflow, no number.
    Arithmetic = "arithmetic",
    /// Something took too long.
    Timeout = "timeout",
    /// Something cannot be reached or breaks off.
    Connection = "connection",
    /// Another service answered with a failure.
    ExternalService = "external_service",
    /// The database refused.
    Database = "database",
    /// A file, record or resource that should be there is not.
    NotFound = "not_found",
    /// Somebody is not allowed to, or not known.
    Permission = "permission",
    /// Memory is used up.
    Memory = "memory",
    /// Another resource is used up.
    Exhaustion = "exhaustion",
    /// Calls that never end.
    Recursion = "recursion",
    /// Two at once, or one too late.
    Concurrency = "concurrency",
    /// A setting is missing or wrong.
    Configuration = "configuration",
    /// A module, class or library is missing or does not fit.
    Dependency = "dependency",
    /// Something the program says of itself does not hold.
    Assertion = "assertion",
    /// Nothing of this can be told.
    Unknown = "unknown",
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no category.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown category {0:?}")]
pub struct UnknownCategory(pub String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == word)
            .ok_or_else(|| UnknownCategory(word.to_owned()))
    }
}
