//! The keys of access tokens: made here, kept in the database, two while one takes over from the other.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bugsage_domain::ids::UserId;
use bugsage_event_store::in_time;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use moka::future::Cache;
use sqlx::{FromRow, PgPool};
use thiserror::Error;
use uuid::Uuid;

use super::PeopleError;
use super::access_token::{self, ACCESS_LIFETIME, Claims, New, Parties};
use crate::clock::Clock;

/// How long the keys are remembered.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How long a new key is known before it signs; every node has looked by then.
const KNOWN_BEFORE: TimeDelta = TimeDelta::seconds(60);

/// How access tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519: the key that verifies cannot sign.
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
}

impl Algorithm {
    /// As the JWT names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Hs256]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// A key, ready for use. Its `Debug` shows its name alone.
pub(super) struct SigningKey {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    signs_from: DateTime<Utc>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// A key that cannot be used.
#[derive(Debug, Error)]
#[error("the signing key {0} cannot be used: run `bugsage keys rotate --at-once`")]
pub struct Unusable(String);

/// As it stands in the database.
#[derive(FromRow)]
struct Kept {
    key_id: String,
    algorithm: String,
    secret: Vec<u8>,
    signs_from: DateTime<Utc>,
}

impl Kept {
    fn make(
        clock: &Clock,
        algorithm: Algorithm,
        signs_from: DateTime<Utc>,
    ) -> Result<Self, Unusable> {
        let key_id = clock.new_id().simple().to_string();
        let secret = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::generate()
                .and_then(|pair| pair.to_pkcs8v1())
                .map_err(|_| Unusable(key_id.clone()))?
                .as_ref()
                .to_vec(),
            Algorithm::Hs256 => {
                format!("{}{}", clock.new_secret(), clock.new_secret()).into_bytes()
            }
        };
        Ok(Self {
            key_id,
            algorithm: algorithm.name().to_owned(),
            secret,
            signs_from,
        })
    }

    fn open(self) -> Result<SigningKey, Unusable> {
        let unusable = || Unusable(self.key_id.clone());
        let algorithm = Algorithm::named(&self.algorithm).ok_or_else(unusable)?;
        let (signing, verifying) = match algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(&self.secret).map_err(|_| unusable())?;
                let public = pair.public_key().as_ref();
                (
                    EncodingKey::from_ed_der(&self.secret),
                    DecodingKey::from_ed_der(public),
                )
            }
            Algorithm::Hs256 => (
                EncodingKey::from_secret(&self.secret).map_err(|_| unusable())?,
                DecodingKey::from_secret(&self.secret).map_err(|_| unusable())?,
            ),
        };
        Ok(SigningKey {
            id: self.key_id,
            algorithm,
            signing,
            verifying,
            signs_from: self.signs_from,
        })
    }
}

/// The keys in force, oldest first. Cheap to clone.
#[derive(Clone)]
pub(super) struct SigningKeys {
    database: PgPool,
    clock: Clock,
    parties: Arc<Parties>,
    known: Cache<(), Arc<Vec<SigningKey>>>,
}

impl SigningKeys {
    /// Makes the first key if there is none.
    pub(super) async fn open(
        database: PgPool,
        clock: Clock,
        issuer: &str,
        algorithm: Algorithm,
    ) -> Result<Self, PeopleError> {
        let keys = Self {
            database,
            parties: Arc::new(Parties {
                issuer: issuer.to_owned(),
                audience: format!("{issuer}/api"),
            }),
            clock,
            known: Cache::builder()
                .max_capacity(1)
                .time_to_live(REMEMBERED)
                .build(),
        };
        if keys.read().await?.is_empty() {
            let now = keys.clock.now();
            let first = Kept::make(&keys.clock, algorithm, now)
                .map_err(|e| PeopleError::Failed(e.to_string()))?;
            sqlx::query("select begin_signing($1, $2, $3, $4)")
                .bind(first.key_id)
                .bind(first.algorithm)
                .bind(first.secret)
                .bind(now)
                .execute(&keys.database)
                .await?;
        }
        Ok(keys)
    }

    async fn read(&self) -> Result<Vec<SigningKey>, sqlx::Error> {
        let kept: Vec<Kept> = sqlx::query_as("select * from find_signing_keys()")
            .fetch_all(&self.database)
            .await?;
        let opened = kept.into_iter().filter_map(|key| {
            key.open()
                .inspect_err(|error| tracing::error!(%error, "a signing key is left out"))
                .ok()
        });
        Ok(opened.collect())
    }

    async fn known(&self) -> Result<Arc<Vec<SigningKey>>, Arc<sqlx::Error>> {
        let read = async { self.read().await.map(Arc::new) };
        self.known.try_get_with((), in_time(read)).await
    }

    pub(super) async fn issue(
        &self,
        user: UserId,
        session: Uuid,
        version: i64,
    ) -> Result<String, PeopleError> {
        let failed = |error: &dyn fmt::Display| PeopleError::Failed(error.to_string());
        let keys = self.known().await.map_err(|error| failed(&error))?;
        let now = self.clock.now();
        let key = signing(&keys, now)
            .ok_or_else(|| failed(&"there is no signing key: run `bugsage keys rotate`"))?;
        let new = New {
            id: self.clock.new_id(),
            user,
            session,
            version,
        };
        access_token::issue(key, &self.parties, &new, now).map_err(|error| failed(&error))
    }

    pub(super) async fn verify(&self, token: &str) -> Result<Option<Claims>, Arc<sqlx::Error>> {
        let Some(id) = access_token::key_id(token) else {
            return Ok(None);
        };
        let (keys, now) = (self.known().await?, self.clock.now());
        let key = verifying(&keys, now).iter().find(|key| key.id == id);
        Ok(key.and_then(|key| access_token::verify(key, &self.parties, token, now)))
    }
}

/// The newest that signs by now.
fn signing(keys: &[SigningKey], now: DateTime<Utc>) -> Option<&SigningKey> {
    keys.iter().rfind(|key| key.signs_from <= now)
}

/// Those whose tokens may still be valid: the one that signs, what comes, and what signed within
/// the lifetime of a token.
fn verifying(keys: &[SigningKey], now: DateTime<Utc>) -> &[SigningKey] {
    let oldest = keys
        .iter()
        .rposition(|key| key.signs_from <= now - ACCESS_LIFETIME);
    &keys[oldest.unwrap_or(0)..]
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The new key.
    pub key_id: String,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// When the one before is believed no more.
    pub ends_at: DateTime<Utc>,
}

/// Makes a new key, as the owner, and drops those that nothing depends on any more. It signs in a
/// minute, and the one before is believed until its last token is too old. `at_once`: the
/// one before may be known to somebody; then it is gone now, and whoever holds a token must refresh it.
///
/// # Errors
/// When the database fails, or no key can be made.
pub async fn rotate(
    owner: &PgPool,
    clock: &Clock,
    algorithm: Algorithm,
    at_once: bool,
) -> Result<Rotated, PeopleError> {
    let now = clock.now();
    let signs_from = if at_once { now } else { now + KNOWN_BEFORE };
    let new =
        Kept::make(clock, algorithm, signs_from).map_err(|e| PeopleError::Failed(e.to_string()))?;
    let mut transaction = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(7205)")
        .execute(&mut *transaction)
        .await?;
    // A key ends when its successor has signed for as long as a token lives.
    sqlx::query(
        "delete from signing_keys k where $1 or exists (
            select 1 from signing_keys next where next.signs_from > k.signs_from and next.signs_from <= $2)",
    )
    .bind(at_once)
    .bind(now - ACCESS_LIFETIME)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "insert into signing_keys (key_id, algorithm, secret, created_at, signs_from) values ($1, $2, $3, $4, $5)",
    )
    .bind(&new.key_id)
    .bind(&new.algorithm)
    .bind(&new.secret)
    .bind(now)
    .bind(signs_from)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Rotated {
        key_id: new.key_id,
        signs_from,
        ends_at: if at_once {
            now
        } else {
            signs_from + ACCESS_LIFETIME
        },
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Algorithm, Kept, SigningKey, signing, verifying};
    use crate::clock::Clock;

    fn key(signs_from: DateTime<Utc>) -> SigningKey {
        Kept::make(&Clock::default(), Algorithm::Hs256, signs_from)
            .unwrap()
            .open()
            .unwrap()
    }

    #[test]
    fn a_key_takes_over_when_it_is_known_and_the_one_before_ends_a_lifetime_later() {
        let now = Clock::default().now();
        let (day, minutes) = (TimeDelta::days, TimeDelta::minutes);
        let keys = [key(now - day(2)), key(now - day(1)), key(now + minutes(1))];
        let at = |when| {
            let signs = signing(&keys, when).unwrap();
            let place = keys.iter().position(|key| key.id == signs.id).unwrap();
            (place, keys.len() - verifying(&keys, when).len())
        };
        // Which signs, and how many are no longer believed.
        assert_eq!(at(now), (1, 1));
        assert_eq!(at(now + minutes(1)), (2, 1));
        assert_eq!(at(now + minutes(15)), (2, 1));
        assert_eq!(at(now + minutes(16)), (2, 2));
        assert!(signing(&keys, now - day(3)).is_none());
        assert_eq!(verifying(&keys, now - day(3)).len(), 3);
    }
}
