//! The transcoder: reads JSON and writes scrubbed JSON.

use super::members::Members;
use super::reader::{Reader, Stop, Token};
use super::seen::Words;
use super::state::State;
use super::{Refused, keys, text};
use std::borrow::Cow;

/// Where in the event a value stands, as far as it changes its treatment.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Root,
    Breadcrumbs,
    Exceptions,
    Threads,
    Tags,
    Frames,
    /// Package names are keys here, and versions look like addresses.
    Versions,
    /// A version alone, which can look like an address.
    Version,
    Sensitive,
    /// In an array: an array of two here is a pair of key and value.
    Element,
    Plain,
}

/// One pass over an event.
pub(super) struct Transcoder<'j, 'r> {
    reader: Reader<'j>,
    words: Words,
    pub(super) state: State<'r>,
}

impl<'j, 'r> Transcoder<'j, 'r> {
    pub(super) fn new(json: &'j str, state: State<'r>) -> Self {
        Self {
            reader: Reader::new(json),
            words: Words::of(json),
            state,
        }
    }

    /// Reads and writes the one value that the input is.
    pub(super) fn run(&mut self) -> Result<(), Stop> {
        self.value(Place::Root, 0)?;
        self.reader.end()
    }

    fn value(&mut self, place: Place, depth: usize) -> Result<(), Stop> {
        let next = self.reader.peek()?;
        if place == Place::Sensitive && matches!(next, b'{' | b'[') {
            self.reader.skip()?;
            self.state.write_filtered();
            return Ok(());
        }
        match self.reader.next()? {
            Token::Word(word) => self.state.out.extend_from_slice(word.as_bytes()),
            Token::Number(number) => self.number(number, place),
            Token::Text(text) => self.state.write_text(&text, place, &mut self.words)?,
            Token::Array => {
                let depth = self.deeper(depth)?;
                self.array(place, depth)?;
            }
            Token::Object => {
                let depth = self.deeper(depth)?;
                self.object(place, depth)?;
            }
        }
        Ok(())
    }

    fn deeper(&mut self, depth: usize) -> Result<usize, Stop> {
        let limit = self.state.limits.depth;
        if depth < limit {
            return Ok(depth + 1);
        }
        self.state.refused = Some(Refused::TooDeep { limit });
        Err(Stop)
    }

    fn number(&mut self, number: &str, place: Place) {
        // A card's has 13 digits at least.
        let is_card = || number.parse().is_ok_and(text::is_card_number);
        if place == Place::Sensitive || (number.len() >= 13 && is_card()) {
            self.state.write_filtered();
        } else {
            self.state.out.extend_from_slice(number.as_bytes());
        }
    }

    fn array(&mut self, place: Place, depth: usize) -> Result<(), Stop> {
        self.state.out.push(b'[');
        let base = self.state.starts.len();
        while self.reader.goes_on(self.state.starts.len() == base, b']')? {
            let before = self.state.out.len();
            let last = self.state.starts[base..].last().copied();
            if last.is_some() {
                self.state.out.push(b',');
            }
            self.state.starts.push(self.state.out.len());
            let place = match (place, last) {
                (Place::Versions, _) => Place::Versions,
                (_, Some(flag)) if self.is_flag(flag, before) => Place::Sensitive,
                _ => Place::Element,
            };
            self.value(place, depth)?;
        }
        if let (Place::Element, [key, value]) = (place, &self.state.starts[base..]) {
            self.pair(*key, *value);
        }
        self.state.trim(place, base);
        self.state.starts.truncate(base);
        self.state.out.push(b']');
        Ok(())
    }

    fn object(&mut self, place: Place, depth: usize) -> Result<(), Stop> {
        self.state.out.push(b'{');
        let mut written = Members::new(&self.state);
        let mut secret = Secret::default();
        let mut is_first = true;
        while self.reader.goes_on(std::mem::take(&mut is_first), b'}')? {
            let text = self.reader.key()?;
            let sent = text.value()?;
            let is_common = keys::is_common(&sent);
            let child = place.child(&sent, || {
                keys::is_sensitive_if(is_common, &sent, &self.state.rules.extra_keys)
            });
            let key = match is_common {
                true => Cow::Borrowed(sent.as_ref()),
                false => self.state.clean_key(&text, &sent, &mut self.words),
            };
            let is_plain = !text.is_escaped && matches!(key, Cow::Borrowed(_));
            if !written.begin(&mut self.state, &key, is_plain) {
                self.reader.skip()?;
                self.state.trimmed.duplicate_keys += 1;
                continue;
            }
            let start = self.state.out.len();
            let redactions = self.state.redactions;
            self.value(child, depth)?;
            secret.note(&self.state, &key, start, redactions);
        }
        if let Some((start, end)) = secret.stands_at() {
            self.state.splice_filtered(start, end);
        } else if place == Place::Tags {
            self.state.trim(place, written.base());
        }
        self.state.starts.truncate(written.base());
        self.state.out.push(b'}');
        Ok(())
    }

    /// Filters the second of a pair such as `["Cookie", "a=b"]`.
    fn pair(&mut self, key: usize, value: usize) {
        if self.state.names_secret(key, value - 1) {
            let end = self.state.out.len();
            self.state.splice_filtered(value, end);
        }
    }

    /// True for an argument whose value is the next one: `"--password"`.
    fn is_flag(&self, start: usize, end: usize) -> bool {
        self.state.out[start..].starts_with(b"\"-") && self.state.names_secret(start, end)
    }
}

impl Place {
    /// Where the value of this key stands; `is_sensitive` says whether the key is.
    fn child(self, key: &str, is_sensitive: impl FnOnce() -> bool) -> Self {
        if self != Self::Versions && is_sensitive() {
            return Self::Sensitive;
        }
        match (self, key) {
            (Self::Versions, _) => Self::Versions,
            (Self::Root, "breadcrumbs") => Self::Breadcrumbs,
            (Self::Root, "exception") => Self::Exceptions,
            (Self::Root, "threads") => Self::Threads,
            (Self::Root, "tags") => Self::Tags,
            (Self::Root, "modules") => Self::Versions,
            (Self::Root, "release") | (_, "version") => Self::Version,
            (Self::Breadcrumbs | Self::Exceptions | Self::Threads | Self::Frames, "values") => self,
            (_, "frames") => Self::Frames,
            _ => Self::Plain,
        }
    }
}

/// What the members of an object say of each other: one names the secret that another holds.
#[derive(Default)]
struct Secret {
    is_named: bool,
    value: Option<(usize, usize)>,
    is_told: bool,
    params: Option<(usize, usize)>,
}

impl Secret {
    /// Looks at a member whose value was just written from `start` on.
    fn note(&mut self, state: &State<'_>, key: &str, start: usize, redactions: u32) {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        let end = state.out.len();
        if is("key") || is("name") {
            self.is_named |= state.names_secret(start, end);
        } else if is("value") {
            self.value = Some((start, end));
        } else if is("message") || is("formatted") {
            // A log entry whose text held a secret got it from its parameters.
            self.is_told |= state.redactions > redactions;
        } else if is("params") {
            self.params = Some((start, end));
        }
    }

    fn stands_at(&self) -> Option<(usize, usize)> {
        match (self.is_named, self.value, self.is_told, self.params) {
            (true, Some(value), ..) => Some(value),
            (.., true, Some(params)) => Some(params),
            _ => None,
        }
    }
}
