//! Passwords: which are good enough, and Argon2id runs off the async threads, few at once.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::clock::Clock;

/// Characters a password must have.
pub const LENGTH_MIN: usize = 12;
/// Characters it may have.
pub const LENGTH_MAX: usize = 128;
/// Runs that may wait for their turn; each holds a connection and no memory to speak of.
const WAITING: usize = 32;
/// Characters which, again and again, make a password that is none.
const CYCLE_MAX: usize = 4;

/// What everybody tries first: of 12 characters and more, in lower case and sorted.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Too few characters.
    #[error("a password has at least 12 characters: choose a longer one")]
    Short,
    /// Too many.
    #[error("a password has at most 128 characters: choose a shorter one")]
    Long,
    /// Guessed at once.
    #[error("this password is among those that are tried first: choose another")]
    Common,
}

/// Whether a new password is good enough.
///
/// # Errors
/// [`Unfit`] says what is wrong.
pub fn check(password: &str, email: &str) -> Result<(), Unfit> {
    let characters: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
    match password.chars().count() {
        ..LENGTH_MIN => return Err(Unfit::Short),
        LENGTH_MIN..=LENGTH_MAX => {}
        _ => return Err(Unfit::Long),
    }
    let lower: String = characters.iter().collect();
    let repeats = |length: usize| {
        characters
            .iter()
            .skip(length)
            .eq(characters.iter().take(characters.len() - length))
    };
    let common = COMMON.binary_search(&lower.as_str()).is_ok()
        || (1..=CYCLE_MAX).any(repeats)
        || lower == email;
    if common { Err(Unfit::Common) } else { Ok(()) }
}

/// Why a password was not hashed.
#[derive(Debug, Error)]
pub enum HashError {
    /// Too many wait.
    #[error("too many passwords are being checked")]
    Busy,
    /// A fault of ours, or a stored hash that is none.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// It is the password.
    pub matches: bool,
    /// Its hash is weaker than those made today.
    pub outdated: bool,
}

/// Hashes passwords. Cheap to clone; clones share their turns.
#[derive(Debug, Clone)]
pub struct Passwords {
    params: Params,
    clock: Clock,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    runs: Arc<AtomicU64>,
}

impl Passwords {
    /// With OWASP's parameters: 19 MiB, 2 passes, 1 lane. Half the processors hash, 2 at most, so
    /// that a flood of sign-ins leaves the others to ingest.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self::with(Params::DEFAULT, clock)
    }

    /// With other parameters, for tests of their rise.
    #[must_use]
    pub fn with(params: Params, clock: Clock) -> Self {
        let at_once = (available_parallelism().map_or(1, usize::from) / 2).clamp(1, 2);
        Self {
            params,
            clock,
            places: Arc::new(Semaphore::new(at_once + WAITING)),
            turns: Arc::new(Semaphore::new(at_once)),
            runs: Arc::default(),
        }
    }

    /// Runs of Argon2id so far.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// What is stored of a password, in PHC form.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let salt = self.clock.new_secret();
        self.run(password, move |argon, password| {
            let hash = argon.hash_password_with_salt(password, salt.as_bytes())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Compares with what is stored. Nothing stored takes as long as something, and matches never.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn compare(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Compared, HashError> {
        let stored = stored.map(str::to_owned);
        self.run(password, move |argon, password| match stored {
            Some(stored) => {
                let stored = PasswordHash::new(&stored)
                    .map_err(|_| password_hash::Error::EncodingInvalid)?;
                let matches = match argon.verify_password(password, &stored) {
                    Ok(()) => true,
                    Err(password_hash::Error::PasswordInvalid) => false,
                    Err(error) => return Err(error),
                };
                Ok(Compared {
                    matches,
                    outdated: is_outdated(&stored, argon.params())?,
                })
            }
            None => {
                argon.hash_password_with_salt(password, b"of nobody at all")?;
                Ok(Compared {
                    matches: false,
                    outdated: false,
                })
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(&Argon2<'_>, &[u8]) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| HashError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        self.runs.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("bugsage_password_hashes_total").increment(1);
        let (password, params) = (password.to_owned(), self.params.clone());
        let ran = tokio::task::spawn_blocking(move || {
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let done = work(&argon, password.as_bytes());
            // Held until the work is done, even where nobody waits for it any more.
            drop((place, turn));
            done
        });
        match ran.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(HashError::Failed(error.to_string())),
            Err(error) => Err(HashError::Failed(error.to_string())),
        }
    }
}

fn is_outdated(stored: &PasswordHash, today: &Params) -> Result<bool, password_hash::Error> {
    let params = Params::try_from(stored)?;
    Ok(stored.algorithm != Algorithm::Argon2id.ident()
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost()
        || params.p_cost() < today.p_cost())
}
