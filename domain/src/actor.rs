//! Who acts.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who caused a domain event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    User {
        /// Their id.
        id: Uuid,
    },
    /// A program with an API key.
    ApiKey {
        /// The key's id.
        id: Uuid,
    },
    /// A program that signed in with its own secret.
    ServiceAccount {
        /// The account's id.
        id: Uuid,
    },
    /// A process manager.
    Saga {
        /// Its name.
        name: String,
    },
    /// A connection to another system.
    Integration {
        /// Its id.
        id: Uuid,
    },
    /// BugSage itself, e.g. at ingest.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { id } => write!(f, "user:{id}"),
            Self::ApiKey { id } => write!(f, "api_key:{id}"),
            Self::ServiceAccount { id } => write!(f, "service_account:{id}"),
            Self::Saga { name } => write!(f, "saga:{name}"),
            Self::Integration { id } => write!(f, "integration:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}
