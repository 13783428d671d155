//! The body of an envelope or event, its encodings undone within what memory there is.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use bugsage_commands::intake::inflate::{Encoding, InflateError, inflate};

use crate::in_flight::{Held, InFlight, PATIENCE, Unread};

/// Bytes of a body as it arrives.
pub const COMPRESSED_MAX: usize = 20 * 1024 * 1024;
/// Bytes of a body after decompression.
pub const DECOMPRESSED_MAX: usize = 100 * 1024 * 1024;
/// Bodies above this are inflated off the async threads.
const QUICK: usize = 256 * 1024;
/// What a body is assumed to grow to before that is known.
const USUAL_GROWTH: usize = 12;
/// What a small one may grow to besides.
const GROWTH_OF_ANY: usize = 64 * 1024;

/// Why a body is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It was not taken.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It cannot be decompressed.
    #[error(transparent)]
    Inflate(#[from] InflateError),
}

/// Reads a whole body and undoes its encodings. The room is held until [`Held`] is dropped.
///
/// # Errors
/// See [`Unusable`].
pub async fn read(
    room: &InFlight,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Bytes, Held), Unusable> {
    let (bytes, mut held) = room
        .read(headers, body, COMPRESSED_MAX, 1, PATIENCE)
        .await?;
    let encoding = encoding(headers)?;
    let copies = encoding.copies();
    if copies == 0 {
        return Ok((bytes, held));
    }
    let guess = (bytes.len() * USUAL_GROWTH + GROWTH_OF_ANY).min(DECOMPRESSED_MAX);
    held.grow(bytes.len() + guess * copies)?;
    match decompress(encoding.clone(), bytes.clone(), guess).await {
        Err(InflateError::TooLarge { .. }) if guess < DECOMPRESSED_MAX => {
            held.grow(bytes.len() + DECOMPRESSED_MAX * copies)?;
            let whole = decompress(encoding, bytes, DECOMPRESSED_MAX).await?;
            Ok((whole.into(), held))
        }
        other => Ok((other?.into(), held)),
    }
}

/// The encodings that all the headers name together.
fn encoding(headers: &HeaderMap) -> Result<Encoding, InflateError> {
    let named: Vec<_> = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    Encoding::parse(&named.join(","))
}

async fn decompress(encoding: Encoding, bytes: Bytes, max: usize) -> Result<Vec<u8>, InflateError> {
    if bytes.len() <= QUICK && max <= QUICK * USUAL_GROWTH {
        return inflate(encoding, &bytes, max);
    }
    match tokio::task::spawn_blocking(move || inflate(encoding, &bytes, max)).await {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
