//! Passwords: which are good enough, and Argon2id runs off the async threads, few at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::{self, available_parallelism};

use argon2::{Params, password_hash};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use super::argon::Compared;
use super::argon::Hasher;
use crate::clock::Clock;
use crate::pressure::Pressure;

/// Characters a password must have.
pub const LENGTH_MIN: usize = 12;
/// Characters it may have.
pub const LENGTH_MAX: usize = 128;
/// Runs that may be under way or wait for their turn; they hold no memory to speak of.
const PLACES: usize = 32;
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

type Run = Box<dyn FnOnce(&mut Hasher) + Send>;

/// Hashes passwords. Cheap to clone; clones share their threads, which end with the last of them.
#[derive(Debug, Clone)]
pub struct Passwords {
    clock: Clock,
    waiting: SyncSender<Run>,
    places: Arc<Semaphore>,
    pressure: Pressure,
    runs: Arc<AtomicU64>,
}

/// A place among those whose passwords are hashed. Whoever takes it before anything else costs next to
/// nothing when there is none left.
#[derive(Debug)]
pub struct Place {
    passwords: Passwords,
    _permit: OwnedSemaphorePermit,
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
        let (waiting, runs) = sync_channel(PLACES);
        let runs = Arc::new(Mutex::new(runs));
        for _ in 0..at_once {
            let (runs, params) = (Arc::clone(&runs), params.clone());
            let spawned = thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || hash_all(&runs, params));
            if let Err(error) = spawned {
                tracing::error!(%error, "there is no thread to hash passwords");
            }
        }
        Self {
            clock,
            waiting,
            places: Arc::new(Semaphore::new(PLACES)),
            pressure: Pressure::default(),
            runs: Arc::default(),
        }
    }

    /// They give way to this ingest: while it is pressed, at most ten a second are compared or hashed anew.
    /// How nice their threads are is nothing to a database server in another session or control group.
    #[must_use]
    pub fn beside(mut self, pressure: &Pressure) -> Self {
        self.pressure = pressure.apart("passwords");
        self
    }

    /// Runs of Argon2id so far.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// A place, if one is left.
    ///
    /// # Errors
    /// [`HashError::Busy`].
    pub fn place(&self) -> Result<Place, HashError> {
        let permit = Arc::clone(&self.places).try_acquire_owned();
        Ok(Place {
            passwords: self.clone(),
            _permit: permit.map_err(|_| HashError::Busy)?,
        })
    }

    /// [`Place::hash`] for who has no place yet.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let place = self.place()?;
        self.pressure.step_aside().await;
        place.hash(password).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hasher) -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, HashError> {
        let (answer, answered) = oneshot::channel();
        let runs = Arc::clone(&self.runs);
        let run = move |hasher: &mut Hasher| {
            // Who asked may be gone.
            if !answer.is_closed() {
                runs.fetch_add(1, Ordering::Relaxed);
                metrics::counter!("bugsage_password_hashes_total").increment(1);
                answer.send(work(hasher)).ok();
            }
        };
        // There is room for as many as there are places.
        self.waiting
            .try_send(Box::new(run))
            .map_err(|_| HashError::Busy)?;
        match answered.await {
            Ok(done) => done.map_err(|error| HashError::Failed(error.to_string())),
            Err(_) => Err(HashError::Failed("the run panicked".to_owned())),
        }
    }
}

impl Place {
    /// What is stored of a password, in PHC form. At once: who has a place has waited for a comparison.
    ///
    /// # Errors
    /// [`HashError::Failed`].
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let (password, salt) = (password.to_owned(), self.passwords.clock.new_secret());
        self.passwords
            .run(move |hasher| hasher.hash(&password, &salt))
            .await
    }

    /// Compares with what is stored. Nothing stored takes as long as something, and matches never.
    ///
    /// # Errors
    /// [`HashError::Failed`].
    pub async fn compare(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Compared, HashError> {
        self.passwords.pressure.step_aside().await;
        let (password, stored) = (password.to_owned(), stored.map(str::to_owned));
        self.passwords
            .run(move |hasher| hasher.compare(&password, stored.as_deref()))
            .await
    }
}

/// How much less than others a thread that hashes counts, where all want the processor: a thirtieth.
#[cfg(target_os = "linux")]
const NICE: i32 = 15;

/// The life of a thread that hashes.
fn hash_all(runs: &Mutex<Receiver<Run>>, params: Params) {
    // Of the thread alone, on Linux; elsewhere it would be the whole program's.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::warn!(%error, "hashing passwords may slow everything else");
    }
    let mut hasher = Hasher::new(params);
    loop {
        let next = runs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(run) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| run(&mut hasher))).is_err() {
            tracing::error!("hashing a password panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::pressure::Gauge;

    #[tokio::test(start_paused = true)]
    async fn while_occurrences_queue_each_waits_for_its_turn_once() {
        let pressure = Pressure::default();
        let params = Params::new(Params::MIN_M_COST, 1, 1, None).unwrap();
        let passwords = Passwords::with(params, Clock::default()).beside(&pressure);
        let begun = Instant::now();
        let stored = passwords.hash("correct battery").await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let mut gauge = Gauge::new(pressure);
        for _ in 0..32 {
            gauge.note(5_000, Duration::from_secs(10));
        }
        let begun = Instant::now();
        for _ in 0..3 {
            let place = passwords.place().unwrap();
            let compared = place.compare("correct battery", Some(&stored)).await;
            assert!(compared.unwrap().matches);
            place.hash("correct battery").await.unwrap();
        }
        let elapsed = begun.elapsed();
        assert!(elapsed >= Duration::from_millis(300), "{elapsed:?}");
        assert!(elapsed < Duration::from_millis(400), "{elapsed:?}");
    }
}
