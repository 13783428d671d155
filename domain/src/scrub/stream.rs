//! The pass over the JSON: reads values and writes them, cleaned, as it goes.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::keys::is_exempt;
use super::{FILTERED, Limits, Refused, Rules, Scrubbed, Trimmed, text};

/// Marks our own error among serde_json's.
const TOO_DEEP: &str = "bugsage: too deep";

pub(super) struct Stream<'a> {
    rules: &'a Rules,
    limits: &'a Limits,
    out: Vec<u8>,
    redactions: usize,
    trimmed: Trimmed,
    depth: usize,
}

/// What a list is, by the key it stands under.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Frames,
    Breadcrumbs,
    Tags,
    Other,
}

impl<'a> Stream<'a> {
    pub(super) fn run(
        json: &[u8],
        rules: &'a Rules,
        limits: &'a Limits,
    ) -> Result<Scrubbed, Refused> {
        let json = without_lone_surrogates(json);
        if json.trim_ascii_start().first() != Some(&b'{') {
            return match serde_json::from_slice::<IgnoredAny>(&json) {
                Ok(_) => Err(Refused::NotAnObject),
                Err(error) => Err(Refused::Json(error.to_string())),
            };
        }
        let mut stream = Self {
            rules,
            limits,
            out: Vec::with_capacity(json.len()),
            redactions: 0,
            trimmed: Trimmed::default(),
            depth: 0,
        };
        let mut reader = serde_json::Deserializer::from_slice(&json);
        let value = Value {
            stream: &mut stream,
            key: "",
            list: List::Other,
        };
        value
            .deserialize(&mut reader)
            .and_then(|_| reader.end())
            .map_err(|error| {
                let reason = error.to_string();
                if reason.starts_with(TOO_DEEP) || reason.starts_with("recursion limit") {
                    Refused::TooDeep { max: limits.depth }
                } else {
                    Refused::Json(reason)
                }
            })?;
        Ok(Scrubbed {
            json: stream.out,
            redactions: stream.redactions,
            trimmed: stream.trimmed,
        })
    }

    fn string(&mut self, text: &str, key: &str) {
        let mut text = Cow::Borrowed(text);
        if text.len() > self.limits.text {
            let mut end = self.limits.text;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text = Cow::Owned(format!("{}…", &text[..end]));
            self.trimmed.texts += 1;
        }
        if text.contains('\0') {
            text = Cow::Owned(text.replace('\0', "\u{fffd}"));
        }
        if !is_exempt(key)
            && let Some((clean, count)) = text::clean(&text, self.rules)
        {
            self.redactions += count;
            text = Cow::Owned(clean);
        }
        self.raw_string(&text);
    }

    fn raw_string(&mut self, text: &str) {
        // Writing a string to memory cannot fail.
        serde_json::to_writer(&mut self.out, text).ok();
    }

    fn filtered(&mut self) {
        self.redactions += 1;
        self.raw_string(FILTERED);
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            Err(E::custom(TOO_DEEP))
        } else {
            Ok(())
        }
    }
}

struct Value<'s, 'a, 'k> {
    stream: &'s mut Stream<'a>,
    /// The key it stands under, or the one of the list it is in.
    key: &'k str,
    list: List,
}

/// A text that was written, where its list needs to know it: the name in a pair of name and value.
type Written = Option<String>;

impl<'de> DeserializeSeed<'de> for Value<'_, '_, '_> {
    type Value = Written;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Written, D::Error> {
        reader.deserialize_any(self)
    }
}

macro_rules! number {
    ($($method:ident: $ty:ty),*) => {
        $(fn $method<E: serde::de::Error>(self, value: $ty) -> Result<Written, E> {
            serde_json::to_writer(&mut self.stream.out, &value).map_err(E::custom)?;
            Ok(None)
        })*
    };
}

impl<'de> Visitor<'de> for Value<'_, '_, '_> {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    number!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_unit<E>(self) -> Result<Written, E> {
        self.stream.out.extend_from_slice(b"null");
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Written, E> {
        self.stream.string(text, self.key);
        Ok((text.len() <= 64).then(|| text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Written, A::Error> {
        let Self { stream, key, list } = self;
        stream.enter()?;
        stream.out.push(b'[');
        let mut ends: Vec<usize> = vec![stream.out.len()];
        let mut first: Written = None;
        loop {
            let before = stream.out.len();
            if ends.len() > 1 {
                stream.out.push(b',');
            }
            // ["Cookie", "…"]: a pair of name and value, as headers and tags are sent.
            let secret = ends.len() == 2
                && first
                    .as_deref()
                    .is_some_and(|name| stream.rules.is_secret(name));
            let more = if secret {
                let more = seq.next_element::<IgnoredAny>()?.is_some();
                if more {
                    stream.filtered();
                }
                more
            } else {
                let element = Value {
                    stream: &mut *stream,
                    key,
                    list: List::Other,
                };
                let written = seq.next_element_seed(element)?;
                let more = written.is_some();
                if ends.len() == 1 {
                    first = written.flatten();
                }
                more
            };
            if !more {
                stream.out.truncate(before);
                break;
            }
            ends.push(stream.out.len());
        }
        stream.trim(list, &ends);
        stream.out.push(b']');
        stream.depth -= 1;
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
        let Self {
            stream,
            key: parent,
            ..
        } = self;
        stream.enter()?;
        stream.out.push(b'{');
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if seen.contains(key.as_ref()) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if !seen.is_empty() {
                stream.out.push(b',');
            }
            stream.raw_string(&key.replace('\0', "\u{fffd}"));
            stream.out.push(b':');
            // A frame's variables and a request's headers may hold anything; what an exception
            // is called may not be taken for a secret.
            if stream.rules.is_secret(&key) {
                map.next_value::<IgnoredAny>()?;
                stream.filtered();
            } else {
                let list = match (parent, key.as_ref()) {
                    (_, "frames") => List::Frames,
                    ("breadcrumbs", "values") | (_, "breadcrumbs") => List::Breadcrumbs,
                    (_, "tags") => List::Tags,
                    _ => List::Other,
                };
                map.next_value_seed(Value {
                    stream: &mut *stream,
                    key: &key,
                    list,
                })?;
            }
            seen.insert(key.into_owned());
        }
        stream.out.push(b'}');
        stream.depth -= 1;
        Ok(None)
    }
}

impl Stream<'_> {
    /// Cuts a list down to its limit. `ends[0]` is where it begins, `ends[i]` where element i ends.
    fn trim(&mut self, list: List, ends: &[usize]) {
        let elements = ends.len() - 1;
        let (max, counter) = match list {
            List::Frames => (self.limits.frames, &mut self.trimmed.frames),
            List::Breadcrumbs => (self.limits.breadcrumbs, &mut self.trimmed.breadcrumbs),
            List::Tags => (self.limits.tags, &mut self.trimmed.tags),
            List::Other => (self.limits.elements, &mut self.trimmed.elements),
        };
        if elements <= max {
            return;
        }
        *counter += elements - max;
        match list {
            List::Frames => {
                let tail = max / 2;
                self.out.drain(ends[max - tail]..ends[elements - tail]);
            }
            // The comma before the first that is kept goes too.
            List::Breadcrumbs => {
                self.out.drain(ends[0]..=ends[elements - max]);
            }
            List::Tags | List::Other => self.out.truncate(ends[max]),
        }
    }
}

/// `\ud800` without its other half is no character: it becomes U+FFFD, written `\ufffd`.
fn without_lone_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let surrogate = |at: usize, low: bool| {
        let escape = json.get(at..at + 6)?;
        let code = u16::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()?;
        let range = if low {
            0xdc00..=0xdfff
        } else {
            0xd800..=0xdbff
        };
        (escape.starts_with(b"\\u") && range.contains(&code)).then_some(())
    };
    let mut fixed: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(offset) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += offset;
        if surrogate(at, false).is_some() && surrogate(at + 6, true).is_some() {
            at += 12;
        } else if surrogate(at, false).is_some() || surrogate(at, true).is_some() {
            fixed.get_or_insert_with(|| json.to_vec())[at + 2..at + 6].copy_from_slice(b"fffd");
            at += 6;
        } else {
            at += 2; // an escape of another kind; `\\` must not be read as the beginning of one
        }
        if at >= json.len() {
            break;
        }
    }
    fixed.map_or(Cow::Borrowed(json), Cow::Owned)
}
