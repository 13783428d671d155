//! The address of a person's mail: what an account is known by.

use std::fmt;
use std::str::FromStr;

use lettre::Address;
use thiserror::Error;

/// Characters of an address.
const MAX: usize = 254;

/// An e-mail address in lower case. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no e-mail address such as somebody@example.com")]
pub struct NoEmail;

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = NoEmail;

    fn from_str(text: &str) -> Result<Self, NoEmail> {
        let lower = text.trim().to_lowercase();
        let plain =
            lower.len() <= MAX && !lower.chars().any(|c| c.is_control() || c.is_whitespace());
        let address = plain.then(|| lower.parse::<Address>().ok()).flatten();
        address.map(|_| Self(lower)).ok_or(NoEmail)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(an address)")
    }
}
