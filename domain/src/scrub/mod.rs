//! Takes personal data and secrets out of an event, and brings it into bounds.
//!
//! One streaming pass reads the JSON and writes compact JSON; no tree is built. Null
//! and booleans survive under a sensitive key, everything else there becomes
//! `[Filtered]`. Invalid UTF-8 is refused, for guessing could hide a secret from the rules.

mod assigned;
mod keys;
mod members;
mod met;
mod reader;
mod seen;
mod state;
mod stream;
mod surrogates;
mod text;

#[cfg(test)]
mod tests;

use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::ops::Range;
use thiserror::Error;

/// What stands where something was taken out.
pub const FILTERED: &str = "[Filtered]";

/// Which data a project wants taken out beyond secrets, which always go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Take out e-mail addresses. A new project leaves them.
    pub emails: bool,
    /// Take out IP addresses. A new project leaves them.
    pub ip_addresses: bool,
    /// Further sensitive keys; case, `-` and `_` do not count, any part of a key matches. They
    /// count in texts too (`iban=…`).
    pub extra_keys: Vec<String>,
}

/// The strictest rules; what a project wants stands in its row.
impl Default for Rules {
    fn default() -> Self {
        Self {
            emails: true,
            ip_addresses: true,
            extra_keys: Vec::new(),
        }
    }
}

/// The bounds of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nested objects and arrays; more is refused. At most 120.
    pub depth: usize,
    /// Frames of one stack trace; the middle goes.
    pub frames: usize,
    /// Breadcrumbs; the oldest go.
    pub breadcrumbs: usize,
    /// Tags; the first stay.
    pub tags: usize,
    /// Exceptions of a chain; those raised last stay.
    pub exceptions: usize,
    /// Threads; the first stay.
    pub threads: usize,
    /// Bytes of one string; the end goes.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            frames: 500,
            breadcrumbs: 100,
            tags: 200,
            exceptions: 50,
            threads: 250,
            text: 64 * 1024,
        }
    }
}

/// How many of each were left out to stay within [`Limits`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Frames left out.
    pub frames: u32,
    /// Breadcrumbs left out.
    pub breadcrumbs: u32,
    /// Tags left out.
    pub tags: u32,
    /// Exceptions left out.
    pub exceptions: u32,
    /// Threads left out.
    pub threads: u32,
    /// Strings cut short.
    pub text: u32,
    /// Members left out because their key came before in the same object.
    pub duplicate_keys: u32,
}

/// An event that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed {
    /// Compact JSON.
    pub json: Vec<u8>,
    /// How many values were taken out, wholly or in part.
    pub redactions: u32,
    /// What was left out for size.
    pub trimmed: Trimmed,
    /// Where the breadcrumbs stand in it.
    breadcrumbs: Option<Range<usize>>,
}

impl Scrubbed {
    /// The JSON with `null` for the breadcrumbs: most of many an event, and of no use to whoever
    /// asks what happened.
    #[must_use]
    pub fn without_breadcrumbs(&self) -> Cow<'_, [u8]> {
        match &self.breadcrumbs {
            Some(range) => {
                let (before, after) = (&self.json[..range.start], &self.json[range.end..]);
                Cow::Owned([before, b"null", after].concat())
            }
            None => Cow::Borrowed(&self.json),
        }
    }
}

/// Why an event cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The bytes are no UTF-8.
    #[error("the event is not valid UTF-8: byte {offset} is wrong")]
    NotUtf8 {
        /// How many bytes before it are valid.
        offset: usize,
    },
    /// The text is no JSON.
    #[error("the event is not valid JSON: {reason}")]
    NotJson {
        /// The parser's words, with line and column.
        reason: String,
    },
    /// Objects and arrays are nested too deep.
    #[error("the event is nested deeper than the limit of {limit} levels")]
    TooDeep {
        /// The limit that was passed.
        limit: usize,
    },
}

/// Scrubs and normalises one event.
///
/// # Errors
/// [`Refused`] if the bytes are no UTF-8, no JSON or nested too deep.
pub fn scrub(json: &[u8], rules: &Rules, limits: &Limits) -> Result<Scrubbed, Refused> {
    let json = simdutf8::compat::from_utf8(json).map_err(|e| Refused::NotUtf8 {
        offset: e.valid_up_to(),
    })?;
    scrub_inside(json, rules, limits, 0).map_err(|refused| {
        refused.unwrap_or_else(|| Refused::NotJson {
            reason: what_is_wrong(json),
        })
    })
}

/// Scrubs JSON that stands in so many texts of JSON. Fails with `None` if it is broken.
fn scrub_inside(
    json: &str,
    rules: &Rules,
    limits: &Limits,
    texts: u8,
) -> Result<Scrubbed, Option<Refused>> {
    let json = surrogates::mend(json);
    let state = state::State::new(rules, limits, json.len(), texts);
    let mut pass = stream::Transcoder::new(&json, state);
    let read = pass.run();
    let state = pass.state;
    match read {
        Ok(()) => Ok(Scrubbed {
            json: state.out,
            redactions: state.redactions,
            trimmed: state.trimmed,
            breadcrumbs: state.breadcrumbs,
        }),
        Err(reader::Stop) => Err(state.refused),
    }
}

/// In the words of a parser that tells where.
fn what_is_wrong(json: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(&surrogates::mend(json)) {
        Err(error) => error.to_string(),
        Ok(_) => "a number is out of range".to_owned(),
    }
}

/// Scrubs plain text by the rules for strings.
#[must_use]
pub fn scrub_text(text: &str, rules: &Rules) -> String {
    text::scrub(text, &seen::Seen::of(text), rules, true)
        .0
        .into_owned()
}
