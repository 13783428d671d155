//! What the transcoder writes: strings by the rules, lists within their bounds.

use super::reader::{Stop, Text};
use super::seen::{Seen, Words};
use super::stream::Place;
use super::{FILTERED, Limits, Refused, Rules, Trimmed, keys, text};
use std::borrow::Cow;
use std::ops::Range;

/// JSON in a text in JSON is read as such so many times; each takes stack.
const TEXTS_MAX: u8 = 2;

/// What the pass has written and counted so far.
pub(super) struct State<'r> {
    pub(super) out: Vec<u8>,
    /// Where the elements and members of the arrays and objects that are open begin in it.
    pub(super) starts: Vec<usize>,
    pub(super) redactions: u32,
    pub(super) trimmed: Trimmed,
    pub(super) refused: Option<Refused>,
    /// Where the event's breadcrumbs stand in `out`.
    pub(super) breadcrumbs: Option<Range<usize>>,
    /// A private key began in a string and goes on in the next: the lines of a source file.
    in_private_key: bool,
    /// In how many texts of JSON this JSON stands.
    texts: u8,
    pub(super) rules: &'r Rules,
    pub(super) limits: &'r Limits,
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
            starts: Vec::new(),
            redactions: 0,
            trimmed: Trimmed::default(),
            refused: None,
            breadcrumbs: None,
            in_private_key: false,
            texts,
            rules,
            limits,
        }
    }

    pub(super) fn write_text(
        &mut self,
        text: &Text<'_>,
        place: Place,
        words: &mut Words,
    ) -> Result<(), Stop> {
        let sent = text.value()?;
        if self.in_private_key && text::is_key_line(&sent) {
            self.write_filtered();
            return Ok(());
        }
        let seen = seen(text, &sent, words);
        if place != Place::Sensitive && self.is_harmless(text, &seen) {
            self.in_private_key = false;
            self.out.extend_from_slice(text.quoted.as_bytes());
            return Ok(());
        }
        self.in_private_key = text::opens_private_key(&sent, &seen);
        let value = match place {
            Place::Sensitive => self.filtered(&sent),
            _ => self.clean(&sent, &seen, place),
        };
        let is_plain = !text.is_escaped && matches!(value, Cow::Borrowed(_));
        self.write_quoted(&value, is_plain);
        Ok(())
    }

    /// Most texts can be written as they stand.
    fn is_harmless(&self, text: &Text<'_>, seen: &Seen) -> bool {
        !text.is_escaped
            && text.raw().len() <= self.limits.text
            && seen.is_harmless(self.rules)
            && !may_be_json(text.raw())
    }

    /// Writes a text or key; one is plain if nothing in it needs to be escaped.
    pub(super) fn write_quoted(&mut self, text: &str, is_plain: bool) {
        if is_plain {
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        } else {
            // Writing to a Vec cannot fail; a string always has a JSON form.
            let _ = serde_json::to_writer(&mut self.out, text);
        }
    }

    /// A key, read as `sent`, without what must go.
    pub(super) fn clean_key<'s>(
        &mut self,
        key: &Text<'_>,
        sent: &'s str,
        words: &mut Words,
    ) -> Cow<'s, str> {
        let seen = seen(key, sent, words);
        match self.is_harmless(key, &seen) {
            true => Cow::Borrowed(sent),
            false => self.clean(sent, &seen, Place::Plain),
        }
    }

    fn clean<'s>(&mut self, value: &'s str, seen: &Seen, place: Place) -> Cow<'s, str> {
        let personal = !matches!(place, Place::Versions | Place::Version);
        // NUL goes first, so that it cannot split a secret in the rules' eyes and not in a reader's.
        if value.contains('\0') {
            let value = value.replace('\0', "\u{FFFD}");
            let seen = Seen::of(&value);
            return Cow::Owned(self.clean(&value, &seen, place).into_owned());
        }
        let rules = self.rules;
        let (found, cleaned) = match self.json_inside(value) {
            Some(inside) => (inside.redactions, inside.text),
            None => match text::scrub(value, seen, rules, personal) {
                (Cow::Owned(text), found) => (found, Some(text)),
                (Cow::Borrowed(_), found) => (found, None),
            },
        };
        self.redactions += found;
        self.cut(cleaned.map_or(Cow::Borrowed(value), Cow::Owned))
    }

    /// Scrubs a text that is an object or array of JSON as such, so that its keys count.
    fn json_inside(&self, text: &str) -> Option<Inside> {
        // A letter first is by far the most frequent.
        let json = !text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.trim_start().starts_with(['{', '['])
            && text != FILTERED;
        if !json || self.texts >= TEXTS_MAX {
            return None;
        }
        let inside = super::scrub_inside(text, self.rules, self.limits, self.texts + 1);
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

    pub(super) fn write_filtered(&mut self) {
        self.redactions += 1;
        self.out.extend_from_slice(b"\"[Filtered]\"");
    }

    /// Drops from the output the elements that the innermost list, whose places are those from
    /// `base` on, has too many.
    pub(super) fn trim(&mut self, place: Place, base: usize) {
        let starts = &self.starts[base..];
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

    /// True if the JSON string at this range of the output is a sensitive key.
    pub(super) fn names_secret(&self, start: usize, end: usize) -> bool {
        serde_json::from_slice::<String>(&self.out[start..end])
            .is_ok_and(|name| keys::is_sensitive(&name, &self.rules.extra_keys))
    }

    pub(super) fn splice_filtered(&mut self, start: usize, end: usize) {
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

/// Whether a text may be an object or array of JSON itself.
fn may_be_json(text: &str) -> bool {
    let first = text.bytes().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

/// What a text holds, which was read as `sent`.
fn seen(text: &Text<'_>, sent: &str, words: &mut Words) -> Seen {
    match text.is_escaped {
        true => Seen::of(sent),
        false => Seen::in_event(text, words),
    }
}

/// What was made of a text that is JSON itself; `text` only if something was taken out.
struct Inside {
    text: Option<String>,
    redactions: u32,
}
