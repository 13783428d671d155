//! Secrets and personal data out, before anything is stored. One streaming pass, no tree.
//!
//! Always removed: values under keys that name a secret, card numbers, private keys, tokens
//! of well-known forms, passwords in URLs and assignments. By project: e-mail and IP
//! addresses. On the way NUL and lone surrogates become U+FFFD, the first of two equal keys
//! wins, and what exceeds the [`Limits`] is cut and counted, or refused.

mod keys;
mod stream;
mod text;

pub use keys::Rules;

use stream::Stream;

/// What stands in the place of a removed value.
pub const FILTERED: &str = "[Filtered]";

/// How large an event may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes; more is refused.
    pub bytes: usize,
    /// Levels of nesting; more is refused.
    pub depth: usize,
    /// Frames of one stack trace; the middle is cut out.
    pub frames: usize,
    /// Breadcrumbs; the last are kept.
    pub breadcrumbs: usize,
    /// Tags; the first are kept.
    pub tags: usize,
    /// Elements of any other list; the first are kept.
    pub elements: usize,
    /// Bytes of a string; its beginning is kept.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1024 * 1024,
            depth: 64,
            frames: 500,
            breadcrumbs: 100,
            tags: 200,
            elements: 1_000,
            text: 64 * 1024,
        }
    }
}

/// What was cut off to keep within the limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Frames.
    pub frames: usize,
    /// Breadcrumbs.
    pub breadcrumbs: usize,
    /// Tags.
    pub tags: usize,
    /// Elements of other lists.
    pub elements: usize,
    /// Strings.
    pub texts: usize,
}

impl Trimmed {
    /// Whether anything was.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.frames + self.breadcrumbs + self.tags + self.elements + self.texts > 0
    }
}

/// An event fit to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed {
    /// Compact JSON.
    pub json: Vec<u8>,
    /// Values and parts of texts that were removed.
    pub redactions: usize,
    /// What was cut off.
    pub trimmed: Trimmed,
}

/// Why an event is not fit to be stored at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Over [`Limits::bytes`].
    #[error("the event has {bytes} bytes: at most {max} are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Over [`Limits::depth`].
    #[error("the event is nested deeper than {max} levels")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// Not JSON.
    #[error("the event is not valid JSON: {0}")]
    Json(String),
    /// JSON, but no object.
    #[error("the event is not a JSON object")]
    NotAnObject,
}

/// Scrubs and normalises one event.
///
/// # Errors
/// See [`Refused`].
pub fn scrub(json: &[u8], rules: &Rules, limits: &Limits) -> Result<Scrubbed, Refused> {
    if json.len() > limits.bytes {
        return Err(Refused::TooLarge {
            bytes: json.len(),
            max: limits.bytes,
        });
    }
    Stream::run(json, rules, limits)
}

#[cfg(test)]
mod tests;
