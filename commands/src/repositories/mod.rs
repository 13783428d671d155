//! The repositories of projects, as far as they explain errors: a bare mirror of each in a folder of this
//! machine, fetched by `git` and only ever read.
//!
//! Addresses are set by people, so they go where [`outgoing`](crate::outgoing) lets them, or below folders
//! that an operator allows ([`Address`]). What is fetched was written by anybody: nothing of it is checked
//! out or run, `git` asks nobody, reads no settings but ours, and has bounds of time and size ([`git`]).

mod address;
mod git;
mod mirror;
mod reading;
mod room;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::outgoing::{Outgoing, OutgoingError};

pub use address::{ADDRESS_MAX, Address, WrongAddress};
pub use reading::Mirror;

/// Where mirrors are kept, and what may be mirrored.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// The folder of the mirrors; without one, nothing is fetched.
    pub folder: Option<PathBuf>,
    /// Folders below which repositories on this machine may be.
    pub allow: Vec<PathBuf>,
    /// How long one fetch may take.
    pub patience: Duration,
    /// Bytes of one mirror.
    pub bytes: u64,
}

/// Why nothing can be read, in words for whoever set the repository.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RepositoryError {
    /// No folder is set.
    #[error("an operator has set no folder for repositories (BUGSAGE_REPOSITORIES_FOLDER)")]
    Off,
    /// The address is none that may be used.
    #[error(transparent)]
    Address(#[from] WrongAddress),
    /// It leads to where nobody may go.
    #[error("{0}")]
    Outgoing(String),
    /// There is no program, or an old one.
    #[error("`git` 2.37 or newer is not installed where it was to be fetched")]
    NoGit,
    /// It took too long.
    #[error("it took longer than {0} seconds")]
    Slow(u64),
    /// It is too large.
    #[error("it has more than {0} megabytes")]
    Large(u64),
    /// What `git` said.
    #[error("git said: {0}")]
    Git(String),
    /// The folder cannot be used.
    #[error("the folder for repositories cannot be used: {0}")]
    Folder(String),
}

/// The mirrors of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Repositories {
    bounds: Arc<Bounds>,
    outgoing: Outgoing,
    known: Arc<Mutex<HashMap<PathBuf, Known>>>,
}

/// When a mirror was fetched last, and what came of it. Held while it is fetched.
type Known = Arc<tokio::sync::Mutex<Option<(Instant, Result<(), RepositoryError>)>>>;

impl Repositories {
    /// Within these bounds.
    #[must_use]
    pub fn new(bounds: Bounds, outgoing: Outgoing) -> Self {
        Self {
            bounds: Arc::new(bounds),
            outgoing,
            known: Arc::default(),
        }
    }

    /// An address as somebody writes it, once it is one that may be used. Names are looked up when it is
    /// fetched, for where they lead may change.
    ///
    /// # Errors
    /// [`RepositoryError::Address`] or [`RepositoryError::Outgoing`].
    pub fn check(&self, text: &str) -> Result<Address, RepositoryError> {
        let address: Address = text.parse()?;
        match &address {
            Address::Local(path) => {
                room::allowed(path, &self.bounds.allow)?;
            }
            Address::Web(url) => self.outgoing.may_ask(url)?,
        }
        Ok(address)
    }
}

impl From<OutgoingError> for RepositoryError {
    fn from(error: OutgoingError) -> Self {
        Self::Outgoing(error.to_string())
    }
}
