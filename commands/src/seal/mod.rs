//! Secrets that must be read again are sealed before they are stored: AES-256-GCM with a random
//! nonce, under keys that are settings and that the database never sees.
//!
//! Several keys may be known: the first seals, each opens what it sealed. So a key is replaced by
//! naming a new one before it, restarting, and `bugsage keys reseal`.

mod store;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bugsage_domain::ids::OrganizationId;
use uuid::Uuid;

pub use store::{Resealed, forget, open, reseal, seal};

/// Characters of the name of a key.
const KEY_ID_MAX: usize = 32;
/// Bytes of a key.
const KEY_LEN: usize = 32;

/// What seals and opens; without keys, nothing. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sealer(Arc<[Key]>);

struct Key {
    id: String,
    key: RandomizedNonceKey,
}

/// Which secret it is. All of it is sealed in, so that a seal opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose; `None` for the installation's.
    pub organization: Option<OrganizationId>,
    /// What it is for, such as `github.token`.
    pub purpose: &'a str,
    /// Its id.
    pub id: Uuid,
}

/// A sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key that opens it.
    pub key_id: String,
    /// Nonce, secret and tag.
    pub bytes: Vec<u8>,
}

/// An opened secret: neither `{:?}` nor a log shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened(Vec<u8>);

/// What is wrong with the text of the keys; says nothing of the keys themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongKeys {
    /// No entry.
    #[error("names no key")]
    None,
    /// An entry is none.
    #[error(
        "is no list such as id=base64,id=base64, each of 32 bytes (`bugsage keys new` makes one)"
    )]
    Entry,
    /// Two keys of one name.
    #[error("has two keys of the same name")]
    Twice,
}

/// Why a secret cannot be sealed or read.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Its key is gone from the settings.
    #[error("the secret is sealed with the key {0:?}, which BUGSAGE_SEAL_KEYS does not name")]
    UnknownKey(String),
    /// It was changed, moved from its place, or sealed with another key of that name.
    #[error("the secret sealed with the key {0:?} does not open: it was changed, or the key was")]
    Broken(String),
    /// The library gave up; there is nothing to be done about it.
    #[error("a secret could not be sealed")]
    Unsealed,
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl FromStr for Sealer {
    type Err = WrongKeys;

    /// From `id=base64,id=base64`; the first seals.
    fn from_str(text: &str) -> Result<Self, WrongKeys> {
        let mut keys: Vec<Key> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            let (id, key) = entry.split_once('=').ok_or(WrongKeys::Entry)?;
            let key = STANDARD.decode(key).map_err(|_| WrongKeys::Entry)?;
            if !is_key_id(id) || key.len() != KEY_LEN {
                return Err(WrongKeys::Entry);
            }
            if keys.iter().any(|known| known.id == id) {
                return Err(WrongKeys::Twice);
            }
            keys.push(Key {
                id: id.to_owned(),
                key: RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| WrongKeys::Entry)?,
            });
        }
        if keys.is_empty() {
            return Err(WrongKeys::None);
        }
        Ok(Self(keys.into()))
    }
}

fn is_key_id(id: &str) -> bool {
    (1..=KEY_ID_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A new key with this name, as [`Sealer`] reads it.
///
/// # Errors
/// [`SealError::Unsealed`] when the system gives no chance.
pub fn new_key(id: &str) -> Result<String, SealError> {
    let mut key = [0; KEY_LEN];
    aws_lc_rs::rand::fill(&mut key).map_err(|Unspecified| SealError::Unsealed)?;
    Ok(format!("{id}={}", STANDARD.encode(key)))
}

impl Sealer {
    /// The name of the key that seals.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.0.first().map_or("", |key| &key.id)
    }

    /// Seals a secret for its place.
    ///
    /// # Errors
    /// [`SealError::Unsealed`].
    pub fn seal(&self, place: &Place<'_>, secret: &[u8]) -> Result<Sealed, SealError> {
        let first = self.0.first().ok_or(SealError::Unsealed)?;
        let mut bytes = secret.to_vec();
        let nonce = first
            .key
            .seal_in_place_append_tag(Aad::from(place.bytes()), &mut bytes)
            .map_err(|Unspecified| SealError::Unsealed)?;
        Ok(Sealed {
            key_id: first.id.clone(),
            bytes: [nonce.as_ref().as_slice(), &bytes].concat(),
        })
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`] or [`SealError::Broken`].
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Opened, SealError> {
        let Some(known) = self.0.iter().find(|key| key.id == sealed.key_id) else {
            return Err(SealError::UnknownKey(sealed.key_id.clone()));
        };
        let broken = || SealError::Broken(sealed.key_id.clone());
        let (nonce, secret) = sealed
            .bytes
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(broken)?;
        let mut secret = secret.to_vec();
        let length = known
            .key
            .open_in_place(Nonce::from(nonce), Aad::from(place.bytes()), &mut secret)
            .map_err(|Unspecified| broken())?
            .len();
        secret.truncate(length);
        Ok(Opened(secret))
    }
}

impl Place<'_> {
    /// Unmistakable, for an id has a fixed length and a purpose comes last.
    fn bytes(&self) -> Vec<u8> {
        let organization = self.organization.map_or(Uuid::nil(), |id| id.0);
        [
            organization.as_bytes(),
            self.id.as_bytes(),
            self.purpose.as_bytes(),
        ]
        .concat()
    }
}

impl Opened {
    /// The secret itself, for the one who needs it.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|key| &key.id))
            .finish()
    }
}

#[cfg(test)]
mod tests;
