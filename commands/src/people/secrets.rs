//! What opens a door and is handed out once; only its hash is kept.

use sha2::{Digest, Sha256};

use crate::clock::Clock;

/// Characters of the longest text that is looked up; ours have 36.
const MAX: usize = 64;

/// A new one: 122 bits of chance behind a prefix that says what it is, for scanners of secrets.
pub(super) fn new(clock: &Clock, prefix: &str) -> String {
    format!("{prefix}{}", clock.new_secret())
}

/// What is stored of it: with so much chance, one round of SHA-256 is enough. `None`: no secret
/// of ours looks like this.
pub(super) fn hash(secret: &str) -> Option<[u8; 32]> {
    let plausible = secret.len() <= MAX && secret.bytes().all(|byte| byte.is_ascii_graphic());
    plausible.then(|| Sha256::digest(secret.as_bytes()).into())
}
