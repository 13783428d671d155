//! Bodies of the old `/store/` endpoint: one event, plain or as base64 of zlib.

use super::inflate::{Encoding, InflateError, inflate};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use thiserror::Error;

/// Why a `/store/` body holds no event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// There is nothing in it.
    #[error("the body is empty; send one event as a JSON object")]
    Empty,
    /// Neither a JSON object nor base64.
    #[error("the body is neither a JSON object nor base64")]
    NotAnEvent,
    /// What base64 held could not be inflated.
    #[error(transparent)]
    Inflate(#[from] InflateError),
}

/// The JSON of the one event in a body whose content encoding is already undone.
///
/// # Errors
/// If the body is empty, is neither JSON nor base64, or inflates beyond `max` bytes.
pub fn event(body: &[u8], max: usize) -> Result<Cow<'_, [u8]>, StoreError> {
    let body = body.trim_ascii();
    match body {
        [] => Err(StoreError::Empty),
        [b'{', ..] if body.len() > max => Err(InflateError::TooLarge { max }.into()),
        [b'{', ..] => Ok(Cow::Borrowed(body)),
        _ => {
            let packed = STANDARD.decode(body).map_err(|_| StoreError::NotAnEvent)?;
            Ok(Cow::Owned(inflate(
                Encoding::parse("deflate")?,
                &packed,
                max,
            )?))
        }
    }
}
