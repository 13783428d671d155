//! The keys of access tokens: made here, kept sealed, two while one takes over from the other.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bugsage_event_store::in_time;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use moka::future::Cache;
use sqlx::{FromRow, PgPool};
use thiserror::Error;
use uuid::Uuid;

use super::PeopleError;
use super::access_token::{self, ACCESS_LIFETIME, Parties, Who};
use crate::clock::Clock;
use crate::seal::{self, Place, SealError, Sealer};

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
pub struct Unusable(Uuid);

/// What the database says of a key; the key itself lies sealed under its id.
#[derive(FromRow)]
struct Kept {
    key_id: Uuid,
    algorithm: String,
    signs_from: DateTime<Utc>,
}

/// Where a key lies.
const fn place(key: Uuid) -> Place<'static> {
    Place {
        organization: None,
        purpose: "access_tokens.key",
        id: key,
    }
}

fn make(clock: &Clock, algorithm: Algorithm) -> Result<Vec<u8>, PeopleError> {
    match algorithm {
        Algorithm::EdDsa => {
            let made = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1());
            let made = made.map_err(|_| PeopleError::Failed("no key could be made".to_owned()))?;
            Ok(made.as_ref().to_vec())
        }
        Algorithm::Hs256 => {
            Ok(format!("{}{}", clock.new_secret(), clock.new_secret()).into_bytes())
        }
    }
}

impl Kept {
    fn open(self, secret: &[u8]) -> Result<SigningKey, Unusable> {
        let unusable = || Unusable(self.key_id);
        let algorithm = Algorithm::named(&self.algorithm).ok_or_else(unusable)?;
        let (signing, verifying) = match algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(secret).map_err(|_| unusable())?;
                let public = pair.public_key().as_ref();
                (
                    EncodingKey::from_ed_der(secret),
                    DecodingKey::from_ed_der(public),
                )
            }
            Algorithm::Hs256 => (
                EncodingKey::from_secret(secret).map_err(|_| unusable())?,
                DecodingKey::from_secret(secret).map_err(|_| unusable())?,
            ),
        };
        Ok(SigningKey {
            id: self.key_id.to_string(),
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
    sealer: Sealer,
    parties: Arc<Parties>,
    known: Cache<(), Arc<Vec<SigningKey>>>,
}

impl SigningKeys {
    /// Makes the first key if there is none.
    pub(super) async fn open(
        database: PgPool,
        clock: Clock,
        sealer: Sealer,
        issuer: &str,
        algorithm: Algorithm,
    ) -> Result<Self, PeopleError> {
        let keys = Self {
            database,
            clock,
            sealer,
            parties: Arc::new(Parties {
                issuer: issuer.to_owned(),
                audience: format!("{issuer}/api"),
            }),
            known: Cache::builder()
                .max_capacity(1)
                .time_to_live(REMEMBERED)
                .build(),
        };
        keys.begin(algorithm).await?;
        Ok(keys)
    }

    async fn begin(&self, algorithm: Algorithm) -> Result<(), PeopleError> {
        let (now, id) = (self.clock.now(), self.clock.new_id());
        let mut transaction = self.database.begin().await?;
        let is_first: bool = sqlx::query_scalar("select begin_signing($1, $2, $3)")
            .bind(id)
            .bind(algorithm.name())
            .bind(now)
            .fetch_one(&mut *transaction)
            .await?;
        if is_first {
            let secret = make(&self.clock, algorithm)?;
            seal::seal(&mut transaction, &self.sealer, &place(id), &secret, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn read(&self) -> Result<Vec<SigningKey>, sqlx::Error> {
        let mut connection = self.database.acquire().await?;
        let kept: Vec<Kept> = sqlx::query_as("select * from find_signing_keys()")
            .fetch_all(&mut *connection)
            .await?;
        let mut keys = Vec::new();
        for key in kept {
            let opened = match seal::open(&mut connection, &self.sealer, &place(key.key_id)).await {
                Err(SealError::Database(error)) => return Err(error),
                Ok(Some(secret)) => key.open(secret.expose()).map_err(|error| error.to_string()),
                Ok(None) => Err(Unusable(key.key_id).to_string()),
                Err(error) => Err(error.to_string()),
            };
            match opened {
                Ok(key) => keys.push(key),
                Err(error) => tracing::error!(error, "a signing key is left out"),
            }
        }
        Ok(keys)
    }

    async fn known(&self) -> Result<Arc<Vec<SigningKey>>, Arc<sqlx::Error>> {
        let read = async { self.read().await.map(Arc::new) };
        self.known.try_get_with((), in_time(read)).await
    }

    pub(super) async fn issue(&self, who: Who) -> Result<String, PeopleError> {
        let failed = |error: &dyn fmt::Display| PeopleError::Failed(error.to_string());
        let keys = self.known().await.map_err(|error| failed(&error))?;
        let now = self.clock.now();
        let key = signing(&keys, now)
            .ok_or_else(|| failed(&"there is no signing key: run `bugsage keys rotate`"))?;
        let new = (self.clock.new_id(), who);
        access_token::issue(key, &self.parties, new, now).map_err(|error| failed(&error))
    }

    pub(super) async fn verify(&self, token: &str) -> Result<Option<Who>, Arc<sqlx::Error>> {
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
    pub key_id: Uuid,
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
    sealer: &Sealer,
    algorithm: Algorithm,
    at_once: bool,
) -> Result<Rotated, PeopleError> {
    let (now, id) = (clock.now(), clock.new_id());
    let signs_from = if at_once { now } else { now + KNOWN_BEFORE };
    let mut transaction = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(7205)")
        .execute(&mut *transaction)
        .await?;
    // A key ends when its successor has signed for as long as a token lives.
    let gone: Vec<Uuid> = sqlx::query_scalar(
        "delete from signing_keys k where $1 or exists (
            select 1 from signing_keys next where next.signs_from > k.signs_from and next.signs_from <= $2)
         returning key_id",
    )
    .bind(at_once)
    .bind(now - ACCESS_LIFETIME)
    .fetch_all(&mut *transaction)
    .await?;
    for key in gone {
        seal::forget(&mut transaction, &place(key)).await?;
    }
    let secret = make(clock, algorithm)?;
    seal::seal(&mut transaction, sealer, &place(id), &secret, now).await?;
    sqlx::query("insert into signing_keys (key_id, algorithm, created_at, signs_from) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(algorithm.name())
        .bind(now)
        .bind(signs_from)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Rotated {
        key_id: id,
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

    use super::{Algorithm, Kept, SigningKey, make, signing, verifying};
    use crate::clock::Clock;

    fn key(signs_from: DateTime<Utc>) -> SigningKey {
        let clock = Clock::default();
        let kept = Kept {
            key_id: clock.new_id(),
            algorithm: Algorithm::Hs256.name().to_owned(),
            signs_from,
        };
        kept.open(&make(&clock, Algorithm::Hs256).unwrap()).unwrap()
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
