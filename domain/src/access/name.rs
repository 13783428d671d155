//! Names that people give to things.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Characters of a name.
pub const NAME_MAX: usize = 100;

/// A name of 1 to 100 characters, without spaces around it and without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAName {
    /// Too short or too long.
    #[error("a name has 1 to {NAME_MAX} characters, this one {0}")]
    Length(usize),
    /// It would not be shown as it is.
    #[error("a name has no control characters")]
    Control,
}

impl Name {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Name {
    type Error = NotAName;

    fn try_from(text: &str) -> Result<Self, NotAName> {
        let text = text.trim();
        let characters = text.chars().count();
        if !(1..=NAME_MAX).contains(&characters) {
            return Err(NotAName::Length(characters));
        }
        if text.chars().any(is_unseen) {
            return Err(NotAName::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Control characters, and those that turn the direction of the text around them.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::try_from(text.as_str()).map_err(D::Error::custom)
    }
}
