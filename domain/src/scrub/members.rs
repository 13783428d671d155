//! The members of an object while it is written: no key twice.

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// Up to so many keys are compared one by one, which is quicker than to hash each.
const FEW: usize = 32;

/// The keys written so far.
#[derive(Default)]
pub(super) struct Members {
    /// Where each begins in the output.
    starts: Vec<usize>,
    /// All of them, once they are many.
    many: HashSet<Vec<u8>>,
}

impl Members {
    /// Writes the key of the next member; false, and nothing written, if it is there already.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>, key: &str) -> bool {
        let before = out.len();
        if !self.starts.is_empty() {
            out.push(b',');
        }
        let start = out.len();
        // Writing to a Vec cannot fail; a string always has a JSON form.
        let _ = serde_json::to_writer(&mut *out, key);
        out.push(b':');
        if self.is_known(out, start) {
            out.truncate(before);
            return false;
        }
        self.starts.push(start);
        true
    }

    /// Whether the key at the end of the output stands before it. The quote and the colon at
    /// its end make a key that merely begins like another one differ.
    fn is_known(&mut self, out: &[u8], start: usize) -> bool {
        let key = &out[start..];
        let written = |at: &usize| out.get(*at..*at + key.len());
        if self.starts.len() < FEW {
            return self.starts.iter().any(|at| written(at) == Some(key));
        }
        if self.many.is_empty() {
            let keys = self.starts.iter().map(|at| name_at(out, *at).to_vec());
            self.many = keys.collect();
        }
        !self.many.insert(key.to_vec())
    }

    /// Where each member begins in the output.
    pub(super) fn starts(&self) -> &[usize] {
        &self.starts
    }
}

/// The key written at this place, with its quotes and its colon.
fn name_at(out: &[u8], start: usize) -> &[u8] {
    let mut end = start + 1;
    while out[end] != b'"' {
        end += if out[end] == b'\\' { 2 } else { 1 };
    }
    &out[start..end + 2]
}

/// Reads a key, borrowed wherever it stands in the input as it is.
pub(super) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
