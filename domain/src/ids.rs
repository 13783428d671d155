//! The ids of things. Each is a type of its own, so that one is never passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

uuid_id!(
    /// A tenant. Every stored row and every query carries it.
    OrganizationId
);
uuid_id!(
    /// An error: the group of like occurrences. UUIDv7, made by the program.
    ErrorId
);
uuid_id!(
    /// One occurrence, by the id its sender gave it. Unique in a project.
    EventId
);
uuid_id!(
    /// A person. All that events and the audit log hold of one.
    UserId
);
uuid_id!(
    /// A row of erasable text. Domain events hold this and a keyed digest, never the text.
    TextId
);

/// An application of an organization. An integer, because SDKs accept nothing else in a DSN.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ProjectId(pub i64);

impl From<i64> for ProjectId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl FromStr for ProjectId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        i64::from_str(text).map(Self)
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
