//! Reads JSON token by token: what the transcoder needs and no more. Texts are looked at once,
//! for their end and for what they hold; whatever is escaped, and whatever is passed over,
//! `serde_json` reads.

use super::seen::Bytes;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The JSON is broken, or refused for a reason that the pass has noted.
#[derive(Debug)]
pub(super) struct Stop;

/// A text between its quotes.
#[derive(Clone, Copy)]
pub(super) struct Text<'j> {
    /// As it is written, with its quotes.
    pub(super) quoted: &'j str,
    /// Where it begins in the input, behind the quote.
    pub(super) start: usize,
    /// What it holds; nothing of what comes behind an escape.
    pub(super) bytes: Bytes,
    pub(super) is_escaped: bool,
}

impl<'j> Text<'j> {
    /// As it is written.
    pub(super) fn raw(&self) -> &'j str {
        &self.quoted[1..self.quoted.len() - 1]
    }

    pub(super) fn value(&self) -> Result<Cow<'j, str>, Stop> {
        match self.is_escaped {
            false => Ok(Cow::Borrowed(self.raw())),
            true => serde_json::from_str(self.quoted)
                .map(Cow::Owned)
                .map_err(|_| Stop),
        }
    }
}

/// A place in a JSON text.
pub(super) struct Reader<'j> {
    json: &'j str,
    at: usize,
}

impl<'j> Reader<'j> {
    pub(super) const fn new(json: &'j str) -> Self {
        Self { json, at: 0 }
    }

    /// The byte that the next token begins with.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Stop> {
        let bytes = self.json.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(Stop),
            }
        }
    }

    /// Reads into an object or array.
    pub(super) const fn enter(&mut self) {
        self.at += 1;
    }

    /// Whether another element follows, and not the end, in an object or array.
    pub(super) fn goes_on(&mut self, is_first: bool, end: u8) -> Result<bool, Stop> {
        match self.peek()? {
            byte if byte == end => self.step(false),
            b',' if !is_first => self.step(true),
            _ if is_first => Ok(true),
            _ => Err(Stop),
        }
    }

    /// Reads the key of a member, up to its value.
    #[inline(always)]
    pub(super) fn key(&mut self) -> Result<Text<'j>, Stop> {
        if self.peek()? != b'"' {
            return Err(Stop);
        }
        let key = self.text()?;
        match self.peek()? {
            b':' => self.step(key),
            _ => Err(Stop),
        }
    }

    /// Passes over a whole value.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let rest = serde_json::Deserializer::from_str(&self.json[self.at..]);
        let mut values = rest.into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => self.at += values.byte_offset(),
            _ => return Err(Stop),
        }
        Ok(())
    }

    /// Fails if anything but space follows.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        match self.peek() {
            Ok(_) => Err(Stop),
            Err(Stop) => Ok(()),
        }
    }

    fn step<T>(&mut self, token: T) -> Result<T, Stop> {
        self.at += 1;
        Ok(token)
    }

    /// Reads `true`, `false` or `null`.
    pub(super) fn word(&mut self) -> Result<&'static str, Stop> {
        let rest = &self.json.as_bytes()[self.at..];
        let mut words = ["true", "false", "null"].into_iter();
        let word = words
            .find(|word| rest.starts_with(word.as_bytes()))
            .ok_or(Stop)?;
        self.at += word.len();
        Ok(word)
    }

    /// Reads a text, which a quote begins.
    #[inline(always)]
    pub(super) fn text(&mut self) -> Result<Text<'j>, Stop> {
        let start = self.at + 1;
        let rest = &self.json.as_bytes()[start..];
        let (bytes, mut length) = Bytes::before_stop(rest);
        if length == rest.len() {
            return Err(Stop);
        }
        let is_escaped = rest[length] == b'\\';
        if is_escaped {
            length += escaped(&rest[length..])?;
        }
        if rest[length] != b'"' {
            return Err(Stop); // a control character
        }
        self.at = start + length + 1;
        Ok(Text {
            quoted: &self.json[start - 1..self.at],
            start,
            bytes,
            is_escaped,
        })
    }

    /// Reads a number, as it is written; within the range of an `f64`.
    pub(super) fn number(&mut self) -> Result<&'j str, Stop> {
        let rest = &self.json.as_bytes()[self.at..];
        let digits = |from: usize| {
            rest[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut end = usize::from(rest[0] == b'-');
        end += match (rest.get(end), digits(end)) {
            (_, 0) => return Err(Stop),
            (Some(b'0'), 2..) => return Err(Stop), // none begins with 0
            (_, count) => count,
        };
        let mut may_be_infinite = end > 300;
        if rest.get(end) == Some(&b'.') {
            end += 1 + Some(digits(end + 1))
                .filter(|count| *count > 0)
                .ok_or(Stop)?;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            end += 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            end += Some(digits(end)).filter(|count| *count > 0).ok_or(Stop)?;
            may_be_infinite = true;
        }
        let number = &self.json[self.at..self.at + end];
        if may_be_infinite && !number.parse().is_ok_and(f64::is_finite) {
            // No reader of the stored event could hold it: `serde_json` with `float_roundtrip`
            // draws the line where `f64` does.
            return Err(Stop);
        }
        self.at += end;
        Ok(number)
    }
}

/// Bytes from the first escape to the closing quote, or to what may not stand in a text.
fn escaped(rest: &[u8]) -> Result<usize, Stop> {
    let mut at = 0;
    loop {
        match rest.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"' | 0..0x20) => return Ok(at),
            Some(_) => at += 1,
            None => return Err(Stop),
        }
    }
}
