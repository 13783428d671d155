//! Reads JSON token by token: what the transcoder needs and no more. Texts are looked at byte
//! by byte once, for their end and for what they hold; whatever is escaped, and whatever is
//! passed over, `serde_json` reads.

use super::seen::{Bytes, STOP, class};
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The JSON is broken, or refused for a reason that the pass has noted.
#[derive(Debug)]
pub(super) struct Stop;

/// What a value begins with.
pub(super) enum Token<'j> {
    Object,
    Array,
    Text(Text<'j>),
    /// As it is written; within the range of an `f64`.
    Number(&'j str),
    /// `true`, `false` or `null`.
    Word(&'static str),
}

/// A text between its quotes.
#[derive(Clone, Copy)]
pub(super) struct Text<'j> {
    /// As it is written.
    pub(super) raw: &'j str,
    /// Where that begins in the input.
    pub(super) start: usize,
    /// What it holds; nothing of what comes behind an escape.
    pub(super) bytes: Bytes,
    pub(super) is_escaped: bool,
}

impl<'j> Text<'j> {
    pub(super) fn value(&self) -> Result<Cow<'j, str>, Stop> {
        if !self.is_escaped {
            return Ok(Cow::Borrowed(self.raw));
        }
        let quoted = format!("\"{}\"", self.raw);
        let text = serde_json::from_str(&quoted).map_err(|_| Stop)?;
        Ok(Cow::Owned(text))
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

    /// Reads a scalar, or into an object or array.
    pub(super) fn next(&mut self) -> Result<Token<'j>, Stop> {
        match self.peek()? {
            b'"' => self.text().map(Token::Text),
            b'{' => self.step(Token::Object),
            b'[' => self.step(Token::Array),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number().map(Token::Number),
        }
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

    fn word(&mut self, word: &'static str) -> Result<Token<'j>, Stop> {
        if !self.json.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Stop);
        }
        self.at += word.len();
        Ok(Token::Word(word))
    }

    fn text(&mut self) -> Result<Text<'j>, Stop> {
        let start = self.at + 1;
        let rest = &self.json.as_bytes()[start..];
        let mut bytes = Bytes::default();
        let mut length = None;
        for (at, byte) in rest.iter().enumerate() {
            let class = class(*byte);
            if class & STOP != 0 {
                length = Some(at);
                break;
            }
            bytes.add(class);
        }
        let mut length = length.ok_or(Stop)?;
        let is_escaped = rest[length] == b'\\';
        if is_escaped {
            length += escaped(&rest[length..])?;
        }
        if rest[length] != b'"' {
            return Err(Stop); // a control character
        }
        self.at = start + length + 1;
        Ok(Text {
            raw: &self.json[start..start + length],
            start,
            bytes,
            is_escaped,
        })
    }

    fn number(&mut self) -> Result<&'j str, Stop> {
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
