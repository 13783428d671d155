//! The way of mail to the outside: a port, and what stands behind it.

mod file;
mod smtp;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

pub use file::Folder;
pub use smtp::Smtp;

/// A letter, ready to send. Its `Debug` shows neither to whom nor what.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id, which makes its `Message-ID`.
    pub id: Uuid,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.id)
    }
}

/// Why a letter was not sent; without its address and its words.
#[derive(Debug, Error)]
pub enum MailError {
    /// The mail server, with the code it answered if it did.
    #[error("the mail server does not take it{}", .0.as_ref().map(|code| format!(": it answers {code}")).unwrap_or_default())]
    Server(Option<String>),
    /// The address or the letter cannot be put into a message.
    #[error("it cannot be written as a message")]
    Unwritable,
    /// The folder.
    #[error("the folder of mail cannot be written: {0}")]
    Folder(#[from] std::io::Error),
    /// Nothing is set up.
    #[error("no mail is set up: set BUGSAGE_SMTP_URL, or BUGSAGE_MAIL_DIR for a folder")]
    NotSetUp,
}

/// Sends letters.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one; it may be tried again.
    ///
    /// # Errors
    /// See [`MailError`].
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;
}

/// Where no mail is set up: letters wait.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

#[async_trait]
impl Mailer for Nowhere {
    async fn send(&self, _letter: &Letter) -> Result<(), MailError> {
        Err(MailError::NotSetUp)
    }
}
