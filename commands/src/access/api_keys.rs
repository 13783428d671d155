//! API keys: for programs, with scopes.

use sha2::{Digest, Sha256};

/// What an API key begins with, so that secret scanners find it.
pub const PREFIX: &str = "bsk_";

/// What is stored of a key: it has 122 bits of chance, so one round of SHA-256 is enough.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
