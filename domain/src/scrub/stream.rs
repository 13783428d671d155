//! The transcoder: reads JSON through serde and writes scrubbed JSON.

use super::members::{Members, Name};
use super::state::State;
use super::{Refused, keys, text};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

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

/// One value to be read and written.
pub(super) struct Seed<'a, 'r> {
    state: &'a mut State<'r>,
    place: Place,
    depth: usize,
}

impl<'a, 'r> Seed<'a, 'r> {
    pub(super) fn root(state: &'a mut State<'r>) -> Self {
        Self {
            state,
            place: Place::Root,
            depth: 0,
        }
    }

    fn deeper<E: Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        let limit = self.state.limits.depth;
        if self.depth <= limit {
            return Ok(());
        }
        self.state.refused = Some(Refused::TooDeep { limit });
        Err(E::custom("nested too deep"))
    }

    fn child(&self, key: &str) -> Place {
        if self.place != Place::Versions && keys::is_sensitive(key, &self.state.rules.extra_keys) {
            return Place::Sensitive;
        }
        match (self.place, key) {
            (Place::Versions, _) => Place::Versions,
            (Place::Root, "breadcrumbs") => Place::Breadcrumbs,
            (Place::Root, "exception") => Place::Exceptions,
            (Place::Root, "threads") => Place::Threads,
            (Place::Root, "tags") => Place::Tags,
            (Place::Root, "modules") => Place::Versions,
            (Place::Root, "release") | (_, "version") => Place::Version,
            (Place::Breadcrumbs | Place::Exceptions | Place::Threads | Place::Frames, "values") => {
                self.place
            }
            (_, "frames") => Place::Frames,
            _ => Place::Plain,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.state
            .out
            .extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.state.out.extend_from_slice(b"null");
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        if text::is_card_number(value) {
            self.state.write_filtered();
            return Ok(());
        }
        self.number(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.number(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.number(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.state.write_str(value, self.place);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        if self.place == Place::Sensitive {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            self.state.write_filtered();
            return Ok(());
        }
        self.deeper()?;
        self.state.out.push(b'[');
        let mut starts = Vec::new();
        loop {
            let before = self.state.out.len();
            if !starts.is_empty() {
                self.state.out.push(b',');
            }
            let start = self.state.out.len();
            let place = match self.place {
                Place::Versions => Place::Versions,
                _ if starts
                    .last()
                    .is_some_and(|flag| self.is_flag(*flag, before)) =>
                {
                    Place::Sensitive
                }
                _ => Place::Element,
            };
            let seed = Seed {
                state: &mut *self.state,
                place,
                depth: self.depth,
            };
            if items.next_element_seed(seed)?.is_none() {
                self.state.out.truncate(before);
                break;
            }
            starts.push(start);
        }
        if let (Place::Element, [key, value]) = (self.place, starts.as_slice()) {
            self.pair(*key, *value);
        }
        self.state.trim(self.place, &starts);
        self.state.out.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        if self.place == Place::Sensitive {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.state.write_filtered();
            return Ok(());
        }
        self.deeper()?;
        self.state.out.push(b'{');
        let mut written = Members::default();
        let mut secret = Secret::default();
        while let Some(key) = members.next_key_seed(Name)? {
            let place = self.child(&key);
            let key = self.state.clean(&key, Place::Plain);
            if !written.begin(&mut self.state.out, &key) {
                members.next_value::<IgnoredAny>()?;
                self.state.trimmed.duplicate_keys += 1;
                continue;
            }
            let start = self.state.out.len();
            let redactions = self.state.redactions;
            members.next_value_seed(Seed {
                state: &mut *self.state,
                place,
                depth: self.depth,
            })?;
            secret.note(&self, &key, start, redactions);
        }
        if let Some((start, end)) = secret.stands_at() {
            self.state.splice_filtered(start, end);
        } else if self.place == Place::Tags {
            self.state.trim(self.place, written.starts());
        }
        self.state.out.push(b'}');
        Ok(())
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
    fn note(&mut self, seed: &Seed<'_, '_>, key: &str, start: usize, redactions: u32) {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        let end = seed.state.out.len();
        if is("key") || is("name") {
            self.is_named |= seed.names_secret(start, end);
        } else if is("value") {
            self.value = Some((start, end));
        } else if is("message") || is("formatted") {
            // A log entry whose text held a secret got it from its parameters.
            self.is_told |= seed.state.redactions > redactions;
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

impl Seed<'_, '_> {
    fn number<E, N: serde::Serialize>(self, value: N) -> Result<(), E> {
        match self.place {
            Place::Sensitive => self.state.write_filtered(),
            _ => {
                let _ = serde_json::to_writer(&mut self.state.out, &value);
            }
        }
        Ok(())
    }

    /// Filters the second of a pair such as `["Cookie", "a=b"]`.
    fn pair(&mut self, key: usize, value: usize) {
        if self.names_secret(key, value - 1) {
            let end = self.state.out.len();
            self.state.splice_filtered(value, end);
        }
    }

    /// True for an argument whose value is the next one: `"--password"`.
    fn is_flag(&self, start: usize, end: usize) -> bool {
        self.state.out[start..].starts_with(b"\"-") && self.names_secret(start, end)
    }

    /// True if the JSON string at this range of the output is a sensitive key.
    fn names_secret(&self, start: usize, end: usize) -> bool {
        serde_json::from_slice::<String>(&self.state.out[start..end])
            .is_ok_and(|name| keys::is_sensitive(&name, &self.state.rules.extra_keys))
    }
}
