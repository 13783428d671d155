//! The transcoder: reads JSON through serde and writes scrubbed JSON.

use super::{FILTERED, Limits, Refused, Rules, Trimmed, keys, text};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// JSON in a text in JSON is read as such so many times; each takes stack.
const TEXTS_MAX: u8 = 2;

/// What the pass has written and counted so far.
pub(super) struct State<'r> {
    pub(super) out: Vec<u8>,
    pub(super) redactions: u32,
    pub(super) trimmed: Trimmed,
    pub(super) refused: Option<Refused>,
    /// A private key began in a string and goes on in the next: the lines of a source file.
    in_private_key: bool,
    /// In how many texts of JSON this JSON stands.
    texts: u8,
    rules: &'r Rules,
    limits: &'r Limits,
}

/// Where in the event a value stands, as far as it changes its treatment.
#[derive(Clone, Copy, PartialEq)]
enum Place {
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

/// Which elements of a list that is too long stay.
enum Keep {
    First,
    Last,
    Ends,
}

impl<'r> State<'r> {
    pub(super) fn new(rules: &'r Rules, limits: &'r Limits, size: usize, texts: u8) -> Self {
        let out = Vec::with_capacity(size);
        Self {
            out,
            redactions: 0,
            trimmed: Trimmed::default(),
            refused: None,
            in_private_key: false,
            texts,
            rules,
            limits,
        }
    }

    fn write_str(&mut self, value: &str, place: Place) {
        self.in_private_key &= text::is_key_line(value);
        if self.in_private_key {
            return self.write_filtered();
        }
        self.in_private_key = text::opens_private_key(value);
        let value = self.clean(value, place);
        // Writing to a Vec cannot fail; a string always has a JSON form.
        let _ = serde_json::to_writer(&mut self.out, value.as_ref());
    }

    fn clean<'s>(&mut self, value: &'s str, place: Place) -> Cow<'s, str> {
        if place == Place::Sensitive {
            return self.filtered(value);
        }
        let personal = !matches!(place, Place::Versions | Place::Version);
        let rules = self.rules;
        // NUL goes first, so that it cannot split a secret in the rules' eyes and not in a reader's.
        let value = match value.contains('\0') {
            true => Cow::Owned(value.replace('\0', "\u{FFFD}")),
            false => Cow::Borrowed(value),
        };
        let (found, cleaned) = match self.json_inside(&value) {
            Some(inside) => (inside.redactions, inside.text),
            None => match text::scrub(&value, rules, personal) {
                (Cow::Owned(text), found) => (found, Some(text)),
                (Cow::Borrowed(_), found) => (found, None),
            },
        };
        self.redactions += found;
        self.cut(cleaned.map_or(value, Cow::Owned))
    }

    /// Scrubs a text that is an object or array of JSON as such, so that its keys count.
    fn json_inside(&self, text: &str) -> Option<Inside> {
        let json = text.trim_start().starts_with(['{', '[']) && text != FILTERED;
        if !json || self.texts >= TEXTS_MAX {
            return None;
        }
        let inside = super::scrub_inside(text.as_bytes(), self.rules, self.limits, self.texts + 1);
        let scrubbed = inside.ok()?;
        let redactions = scrubbed.redactions;
        let text = match redactions {
            0 => None,
            _ => Some(String::from_utf8(scrubbed.json).ok()?),
        };
        Some(Inside { text, redactions })
    }

    fn filtered<'s>(&mut self, value: &'s str) -> Cow<'s, str> {
        if value.is_empty() || value == FILTERED {
            return Cow::Borrowed(value);
        }
        self.redactions += 1;
        Cow::Borrowed(FILTERED)
    }

    fn cut<'s>(&mut self, value: Cow<'s, str>) -> Cow<'s, str> {
        if value.len() <= self.limits.text {
            return value;
        }
        self.trimmed.text += 1;
        let end = value.floor_char_boundary(self.limits.text.saturating_sub('…'.len_utf8()));
        Cow::Owned(format!("{}…", &value[..end]))
    }

    fn write_filtered(&mut self) {
        self.redactions += 1;
        self.out.extend_from_slice(b"\"[Filtered]\"");
    }

    /// Drops from the output the elements that a list has too many.
    fn trim(&mut self, place: Place, starts: &[usize]) {
        let (limits, trimmed) = (self.limits, &mut self.trimmed);
        let (limit, keep, count) = match place {
            Place::Frames => (limits.frames, Keep::Ends, &mut trimmed.frames),
            Place::Breadcrumbs => (limits.breadcrumbs, Keep::Last, &mut trimmed.breadcrumbs),
            Place::Exceptions => (limits.exceptions, Keep::Last, &mut trimmed.exceptions),
            Place::Threads => (limits.threads, Keep::First, &mut trimmed.threads),
            Place::Tags => (limits.tags, Keep::First, &mut trimmed.tags),
            _ => return,
        };
        if starts.len() <= limit {
            return;
        }
        let excess = starts.len() - limit;
        *count += u32::try_from(excess).unwrap_or(u32::MAX);
        let first = match keep {
            Keep::First => limit,
            Keep::Last => 0,
            Keep::Ends => limit / 2,
        };
        match starts.get(first + excess) {
            Some(end) => drop(self.out.drain(starts[first]..*end)),
            None => {
                self.out.truncate(starts[first]);
                if self.out.last() == Some(&b',') {
                    self.out.pop();
                }
            }
        }
    }

    fn splice_filtered(&mut self, start: usize, end: usize) {
        let value = &self.out[start..end];
        if !matches!(
            value,
            b"\"[Filtered]\"" | b"null" | b"true" | b"false" | b"\"\""
        ) {
            self.out.splice(start..end, *b"\"[Filtered]\"");
            self.redactions += 1;
        }
    }
}

/// What was made of a text that is JSON itself; `text` only if something was taken out.
struct Inside {
    text: Option<String>,
    redactions: u32,
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
            (Place::Breadcrumbs | Place::Exceptions | Place::Threads, "values") => self.place,
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
        let mut seen: HashSet<String> = HashSet::new();
        let mut starts = Vec::new();
        let (mut names_secret, mut value_at) = (false, None);
        let (mut tells_secret, mut params_at) = (false, None);
        while let Some(key) = members.next_key::<Cow<'de, str>>()? {
            let place = self.child(&key);
            let key = self.state.clean(&key, Place::Plain);
            if !seen.insert(key.clone().into_owned()) {
                members.next_value::<IgnoredAny>()?;
                self.state.trimmed.duplicate_keys += 1;
                continue;
            }
            if !starts.is_empty() {
                self.state.out.push(b',');
            }
            starts.push(self.state.out.len());
            let _ = serde_json::to_writer(&mut self.state.out, key.as_ref());
            self.state.out.push(b':');
            let start = self.state.out.len();
            let redactions = self.state.redactions;
            members.next_value_seed(Seed {
                state: &mut *self.state,
                place,
                depth: self.depth,
            })?;
            match key.to_ascii_lowercase().as_str() {
                "key" | "name" => names_secret |= self.names_secret(start, self.state.out.len()),
                "value" => value_at = Some((start, self.state.out.len())),
                // A log entry whose text held a secret got it from its parameters.
                "message" | "formatted" => tells_secret |= self.state.redactions > redactions,
                "params" => params_at = Some((start, self.state.out.len())),
                _ => {}
            }
        }
        if let (true, Some((start, end))) = (names_secret, value_at) {
            self.state.splice_filtered(start, end);
        } else if let (true, Some((start, end))) = (tells_secret, params_at) {
            self.state.splice_filtered(start, end);
        } else if self.place == Place::Tags {
            self.state.trim(self.place, &starts);
        }
        self.state.out.push(b'}');
        Ok(())
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
