//! The framing of an envelope: a header line, then items of a header line and a payload.

use super::kinds::Kind;
use memchr::memchr;
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

/// The most items that one envelope may carry.
pub const MAX_ITEMS: usize = 100;
/// The most bytes of a header line. SDKs send a few thousand at most; read, a line may take
/// twenty times its own room.
pub const HEADER_MAX: usize = 64 * 1024;

/// An envelope, its payloads borrowed from the body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Envelope<'a> {
    /// What the first line says.
    pub header: Header,
    /// The items whose framing is sound, in the order sent.
    pub items: Vec<Item<'a>>,
    /// Items that were skipped, and why.
    pub broken: Vec<BrokenItem>,
}

/// The header of an envelope; an odd optional member counts as missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The DSN it was sent for.
    pub dsn: Option<String>,
    /// The id of the event in it, sent with or without dashes.
    pub event_id: Option<Uuid>,
}

/// One item of an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// Its type as sent.
    pub item_type: String,
    /// Its payload, byte for byte.
    pub payload: &'a [u8],
}

impl Item<'_> {
    /// What becomes of it.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        Kind::of(&self.item_type)
    }
}

/// Why nothing of an envelope can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// The first line is no JSON object.
    #[error("the envelope's first line must be a JSON object: {reason}")]
    Header {
        /// What is wrong with it.
        reason: String,
    },
    /// More items than are taken.
    #[error("the envelope has more than {max} items")]
    TooManyItems {
        /// The most that are taken.
        max: usize,
    },
}

/// Why an item was skipped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BrokenItem {
    /// Its header is no JSON object with a type; the line after it was skipped as its payload.
    #[error(
        "item {number}: its header must be a JSON object of at most {HEADER_MAX} bytes with a \"type\""
    )]
    Header {
        /// Its place, counted from 1.
        number: usize,
    },
    /// Fewer bytes came than its header says.
    #[error("item {number}: its header says {length} bytes, but only {left} are left")]
    Short {
        /// Its place, counted from 1.
        number: usize,
        /// The bytes its header says.
        length: u64,
        /// The bytes that came.
        left: usize,
    },
    /// Its payload goes on beyond the length that its header says.
    #[error("item {number}: no line end after the {length} bytes that its header says")]
    Long {
        /// Its place, counted from 1.
        number: usize,
        /// The bytes its header says.
        length: u64,
    },
}

/// Reads the framing of an envelope; payloads are not looked into.
///
/// # Errors
/// If the first line is no JSON object of at most [`HEADER_MAX`] bytes, or there are more than
/// [`MAX_ITEMS`] items.
pub fn parse(body: &[u8]) -> Result<Envelope<'_>, EnvelopeError> {
    let (line, rest) = split_line(body);
    let mut envelope = Envelope {
        header: header(line)?,
        ..Envelope::default()
    };
    let mut number = 0;
    // Blank lines are passed over at once: line by line, a hundred million of them cost a second.
    let mut rest = rest.trim_ascii_start();
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        rest = after;
        number += 1;
        if number > MAX_ITEMS {
            return Err(EnvelopeError::TooManyItems { max: MAX_ITEMS });
        }
        match item(number, line, &mut rest) {
            Ok(item) => envelope.items.push(item),
            Err(broken) => envelope.broken.push(broken),
        }
        rest = rest.trim_ascii_start();
    }
    Ok(envelope)
}

fn header(line: &[u8]) -> Result<Header, EnvelopeError> {
    let refuse = |reason: String| EnvelopeError::Header { reason };
    if line.len() > HEADER_MAX {
        return Err(refuse(format!("it has more than {HEADER_MAX} bytes")));
    }
    let value: Value = serde_json::from_slice(line).map_err(|e| refuse(e.to_string()))?;
    let Value::Object(members) = value else {
        return Err(refuse("it is another kind of value".to_owned()));
    };
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    Ok(Header {
        dsn: text("dsn").map(str::to_owned),
        event_id: text("event_id").and_then(|id| Uuid::try_parse(id).ok()),
    })
}

fn item<'a>(number: usize, line: &[u8], rest: &mut &'a [u8]) -> Result<Item<'a>, BrokenItem> {
    let members = match line.len() > HEADER_MAX {
        true => None,
        false => serde_json::from_slice::<Value>(line).ok(),
    };
    let length = members
        .as_ref()
        .and_then(|m| m.get("length"))
        .and_then(Value::as_u64);
    let payload = payload(number, length, rest)?;
    let item_type = members
        .as_ref()
        .and_then(|m| m.get("type"))
        .and_then(Value::as_str);
    let item_type = item_type.ok_or(BrokenItem::Header { number })?.to_owned();
    Ok(Item { item_type, payload })
}

fn payload<'a>(
    number: usize,
    length: Option<u64>,
    rest: &mut &'a [u8],
) -> Result<&'a [u8], BrokenItem> {
    let Some(length) = length else {
        let (payload, after) = split_line(rest);
        *rest = after;
        return Ok(payload);
    };
    let cut = usize::try_from(length)
        .ok()
        .and_then(|n| rest.split_at_checked(n));
    let Some((payload, after)) = cut else {
        let left = std::mem::take(rest).len();
        return Err(BrokenItem::Short {
            number,
            length,
            left,
        });
    };
    match after {
        [] => *rest = after,
        [b'\n', after @ ..] => *rest = after,
        _ => {
            *rest = split_line(after).1;
            return Err(BrokenItem::Long { number, length });
        }
    }
    Ok(payload)
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'\n', bytes) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
