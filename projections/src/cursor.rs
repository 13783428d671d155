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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(place: (i64, String, Option<u8>)) {
            let text = encode(&place).unwrap();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            prop_assert_eq!(decode::<(i64, String, Option<u8>)>(&text).unwrap(), place);
        }

        #[test]
        fn any_other_text_is_refused(text: String) {
            let decoded = decode::<(i64, String, Option<u8>)>(&text);
            prop_assert!(matches!(decoded, Err(QueryError::Cursor)));
        }

        #[test]
        fn any_other_bytes_are_refused(bytes: Vec<u8>) {
            let decoded = decode::<(i64, String, Option<u8>)>(&URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(matches!(decoded, Err(QueryError::Cursor)));
        }
    }
}
