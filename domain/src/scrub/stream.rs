//! The transcoder: reads JSON and writes scrubbed JSON.

use super::members::{Key, Members};
use super::met::{self, Facts, Met, Role};
use super::reader::{Reader, Stop, Text};
use super::seen::Words;
use super::state::State;
use super::{Refused, text};
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
    met: Met<'j>,
    pub(super) state: State<'r>,
}

impl<'j, 'r> Transcoder<'j, 'r> {
    pub(super) fn new(json: &'j str, state: State<'r>) -> Self {
        Self {
            reader: Reader::new(json),
            words: Words::of(json),
            met: Met::default(),
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
        match next {
            b'"' => {
                let text = self.reader.text()?;
                self.state.write_text(&text, place, &mut self.words)?;
            }
            b'{' => {
                let depth = self.deeper(depth)?;
                self.object(place, depth)?;
            }
            b'[' => {
                let depth = self.deeper(depth)?;
                self.array(place, depth)?;
            }
            b't' | b'f' | b'n' => {
                let word = self.reader.word()?;
                self.state.out.extend_from_slice(word.as_bytes());
            }
            _ => {
                let number = self.reader.number()?;
                self.number(number, place);
            }
        }
        Ok(())
    }

    fn deeper(&mut self, depth: usize) -> Result<usize, Stop> {
        let limit = self.state.limits.depth;
        if depth < limit {
            self.reader.enter();
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
            let (facts, key) = self.known_key(&text)?;
            if !written.begin(&mut self.state, &key) {
                self.reader.skip()?;
                self.state.trimmed.duplicate_keys += 1;
                continue;
            }
            let start = self.state.out.len();
            let redactions = self.state.redactions;
            let child = place.child(facts);
            self.value(child, depth)?;
            if place == Place::Root && child == Place::Breadcrumbs {
                self.state.breadcrumbs = Some(start..self.state.out.len());
            }
            secret.note(&self.state, facts.role, start, redactions);
        }
        if let Some((start, end)) = secret.stands_at() {
            self.state.splice_filtered(start, end);
            if place == Place::Root {
                self.state.breadcrumbs = None; // they may stand elsewhere now
            }
        } else if place == Place::Tags {
            self.state.trim(place, written.base());
        }
        self.state.starts.truncate(written.base());
        self.state.out.push(b'}');
        Ok(())
    }

    /// What is to be known of a key, and as what to write it. Most keys come many times.
    fn known_key(&mut self, text: &Text<'j>) -> Result<(Facts, Key<'j>), Stop> {
        let at = met::Place::of(text.raw());
        if let Some(facts) = self.met.get(text, at) {
            return Ok((facts, Key::Plain(text.quoted, at.mark())));
        }
        let sent = text.value()?;
        let facts = Facts::of(&sent, &self.state.rules.extra_keys);
        let key = match sent {
            Cow::Borrowed(sent) => self.state.clean_key(text, sent, &mut self.words),
            Cow::Owned(sent) => {
                let clean = self.state.clean_key(text, &sent, &mut self.words);
                Cow::Owned(clean.into_owned())
            }
        };
        if text.is_escaped || matches!(key, Cow::Owned(_)) {
            return Ok((facts, Key::Odd(key)));
        }
        self.met.put(text, at, facts);
        Ok((facts, Key::Plain(text.quoted, at.mark())))
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
    /// Where the value of a key stands.
    fn child(self, key: Facts) -> Self {
        if self != Self::Versions && key.is_sensitive {
            return Self::Sensitive;
        }
        match (self, key.role) {
            (Self::Versions, _) => Self::Versions,
            (Self::Root, Role::Breadcrumbs) => Self::Breadcrumbs,
            (Self::Root, Role::Exception) => Self::Exceptions,
            (Self::Root, Role::Threads) => Self::Threads,
            (Self::Root, Role::Tags) => Self::Tags,
            (Self::Root, Role::Modules) => Self::Versions,
            (Self::Root, Role::Release) | (_, Role::Version) => Self::Version,
            (Self::Breadcrumbs | Self::Exceptions | Self::Threads | Self::Frames, Role::Values) => {
                self
            }
            (_, Role::Frames) => Self::Frames,
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
    fn note(&mut self, state: &State<'_>, key: Role, start: usize, redactions: u32) {
        let end = state.out.len();
        match key {
            Role::Name => self.is_named |= state.names_secret(start, end),
            Role::Value => self.value = Some((start, end)),
            // A log entry whose text held a secret got it from its parameters.
            Role::Message => self.is_told |= state.redactions > redactions,
            Role::Params => self.params = Some((start, end)),
            _ => {}
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
