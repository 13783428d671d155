//! Where a walk through a list goes on: opaque to callers, base64 of JSON.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::QueryError;

pub(crate) fn encode<T: Serialize>(place: &T) -> Result<String, QueryError> {
    let json = serde_json::to_vec(place).map_err(|_| QueryError::Cursor)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, QueryError> {
    let json = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| QueryError::Cursor)?;
    serde_json::from_slice(&json).map_err(|_| QueryError::Cursor)
}
