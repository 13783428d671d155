//! The roles that people have.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Permission, Permissions};

/// A word that names no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown role {word:?}: use {known}")]
pub struct UnknownRole {
    word: String,
    known: String,
}

/// Both kinds of role are words of a short list.
macro_rules! words {
    ($name:ident: $($variant:ident $word:literal),*) => {
        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in JSON, SQL and logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownRole;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied();
                known.clone().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole {
                    word: word.to_owned(),
                    known: known.map(Self::as_str).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

/// What somebody is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers for the organization; there is always one.
    Owner,
    /// Runs it, but for its owners.
    Admin,
    /// Works on errors.
    Developer,
    /// Looks.
    Viewer,
    /// Looks at everything, keys and audit log included, and changes nothing.
    Auditor,
}
words!(Role: Owner "owner", Admin "admin", Developer "developer", Viewer "viewer", Auditor "auditor");

impl Role {
    /// What it may do in every project of the organization.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| permission.is_of(self)).collect()
    }
}

/// What somebody is in one project, on top of what they are in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectRole {
    /// Runs it.
    Admin,
    /// Works on its errors.
    Developer,
    /// Looks.
    Viewer,
}
words!(ProjectRole: Admin "admin", Developer "developer", Viewer "viewer");

impl ProjectRole {
    /// What it may do in the project.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| permission.is_of_project(self))
            .collect()
    }
}
