//! Domains of e-mail addresses, and which addresses are theirs.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Characters of a domain, and of a part between dots.
const MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// A domain such as `shop.example`, in lower case and ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MailDomain(String);

/// A text that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no domain such as shop.example")]
pub struct NotADomain(String);

impl MailDomain {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an address, in lower case, is one of this domain. Those of domains below are not:
    /// others may have them.
    #[must_use]
    pub fn is_of(&self, address: &str) -> bool {
        address
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain == self.0)
    }
}

impl TryFrom<&str> for MailDomain {
    type Error = NotADomain;

    fn try_from(text: &str) -> Result<Self, NotADomain> {
        let lower = text.trim().to_ascii_lowercase();
        let is_label = |label: &str| {
            (1..=LABEL_MAX).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let is_domain = lower.len() <= MAX && lower.contains('.') && lower.split('.').all(is_label);
        match is_domain {
            true => Ok(Self(lower)),
            false => Err(NotADomain(text.chars().take(MAX).collect())),
        }
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MailDomain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::try_from(text.as_str()).map_err(D::Error::custom)
    }
}
