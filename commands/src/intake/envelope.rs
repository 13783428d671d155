//! The framing of an envelope: a header line, then items of a header line and a payload each.
//!
//! From Sentry's developer documentation: with `length` a payload has exactly that many bytes,
//! then a newline or the end; without, it reaches to the next newline. `\r` belongs to it.

use serde::Deserialize;

/// Items of one envelope; more are refused whole.
pub const ITEMS_MAX: usize = 1_000;

/// An envelope, borrowing its payloads from the body.
#[derive(Debug, Default)]
pub struct Envelope<'a> {
    /// The DSN of its header, if it has one.
    pub dsn: Option<String>,
    /// The event id of its header, dashed or not, as sent.
    pub event_id: Option<String>,
    /// Its items, in order.
    pub items: Vec<Item<'a>>,
    /// Items that could not be framed; the good ones are kept.
    pub broken: usize,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// `event`, `session`, …
    pub kind: String,
    /// Its bytes.
    pub payload: &'a [u8],
}

/// Why nothing of an envelope can be kept.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unframed {
    /// The first line.
    #[error("the first line of an envelope is a JSON object, this one is not: {0}")]
    Header(String),
    /// Too many items.
    #[error("an envelope has at most {ITEMS_MAX} items")]
    TooManyItems,
}

#[derive(Deserialize, Default)]
struct Header {
    #[serde(default)]
    dsn: Option<serde_json::Value>,
    #[serde(default)]
    event_id: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct ItemHeader {
    r#type: String,
    #[serde(default)]
    length: Option<usize>,
}

/// Takes an envelope apart. Costs no copy of a payload.
///
/// # Errors
/// [`Unframed`] when its own header is no JSON object, or it has too many items.
pub fn parse(body: &[u8]) -> Result<Envelope<'_>, Unframed> {
    let (first, mut rest) = line(body);
    let header: Header =
        serde_json::from_slice(first).map_err(|error| Unframed::Header(error.to_string()))?;
    let text = |value: Option<serde_json::Value>| value?.as_str().map(str::to_owned);
    let mut envelope = Envelope {
        dsn: text(header.dsn),
        event_id: text(header.event_id),
        ..Envelope::default()
    };
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Ok(envelope);
        }
        if envelope.items.len() + envelope.broken >= ITEMS_MAX {
            return Err(Unframed::TooManyItems);
        }
        let (head, after) = line(rest);
        let Ok(header) = serde_json::from_slice::<ItemHeader>(head) else {
            // Without a header nobody knows how long the payload is: the next line may be it.
            envelope.broken += 1;
            rest = line(after).1;
            continue;
        };
        let Some((payload, after)) = payload(after, header.length) else {
            envelope.broken += 1; // shorter than it says: nothing can follow
            return Ok(envelope);
        };
        envelope.items.push(Item {
            kind: header.r#type,
            payload,
        });
        rest = after;
    }
}

/// A line without its newline, and what follows.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

fn payload(bytes: &[u8], length: Option<usize>) -> Option<(&[u8], &[u8])> {
    let Some(length) = length else {
        return Some(line(bytes));
    };
    let (payload, rest) = bytes.split_at_checked(length)?;
    match rest {
        [] => Some((payload, rest)),
        [b'\n', rest @ ..] => Some((payload, rest)),
        _ => None,
    }
}
