//! `Idempotency-Key`: the same key twice has one effect and one answer.

use axum::http::HeaderMap;
use bugsage_event_store::Idempotency;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// The header.
pub const HEADER: &str = "idempotency-key";
/// Characters of a key.
const MAX: usize = 200;

/// The key of a request, with the digest of what it asks.
///
/// # Errors
/// 400 for a key that is empty, too long or not printable.
pub fn from_headers(
    headers: &HeaderMap,
    what: &str,
    asked: &impl Serialize,
) -> Result<Option<Idempotency>, Problem> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| (1..=MAX).contains(&key.len()))
        .ok_or_else(|| {
            Problem::bad_request(format!(
                "Idempotency-Key has 1 to {MAX} printable characters"
            ))
        })?;
    let asked = serde_json::to_vec(&(what, asked)).map_err(|error| Problem::internal(&error))?;
    Ok(Some(Idempotency {
        key: key.to_owned(),
        request: Sha256::digest(asked).to_vec(),
    }))
}
