//! People: their accounts, how they prove who they are, and how long that holds.
//!
//! [`People`] is the one door. An account begins with [`People::register`] and is its person's once
//! the address is confirmed ([`recovery`]). [`People::sign_in`] begins a session, held by a browser's
//! cookie or by tokens ([`session`], [`tokens`], [`access_token`]); whatever changes a person's credentials
//! raises their version and so ends the sessions before. Every step is one function of the database
//! (`migrations/0011_sessions.sql`) and leaves its record in the audit log in the same transaction.

mod access_token;
mod account;
mod argon;
mod attempts;
mod csrf;
mod email;
mod identities;
pub mod letters;
pub mod password;
mod profile;
pub mod provider;
mod recovery;
mod secrets;
mod session;
mod sign_in;
pub mod signing;
mod tokens;

use std::sync::Arc;

use bugsage_domain::ids::{OrganizationId, UserId};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use thiserror::Error;

pub use access_token::ACCESS_LIFETIME;
pub use account::Registration;
pub use email::{Email, NoEmail};
pub use identities::LinkedIdentity;
pub use profile::{Change, Notifications, Profile};
pub use session::{COOKIE_LIFETIME, Means, Opened, Proof, REFRESH_LIFETIME, SignedIn};
pub use tokens::Holder;

use crate::audit::{self, Origin};
use crate::clock::Clock;
use crate::pressure::Pressure;
use crate::seal::{SealError, Sealer};
use letters::Post;
use password::{HashError, Passwords, Unfit};
use session::Seen;
use signing::SigningKeys;

/// The people of an installation. Cheap to clone.
#[derive(Clone)]
pub struct People {
    database: PgPool,
    clock: Clock,
    secret: Arc<[u8]>,
    passwords: Passwords,
    signing: SigningKeys,
    seen: Seen,
    post: Post,
}

/// Why something asked of a person's account was not done.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// Wrong address, wrong password or not confirmed yet: all in the same words.
    #[error("the e-mail address or the password is wrong, or the address is not confirmed yet")]
    Wrong,
    /// Too many attempts failed.
    #[error("too many attempts: try again in {seconds} seconds")]
    Wait {
        /// Until then nothing is tried.
        seconds: u32,
    },
    /// The password that proves it once more is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// The session is over, or its token was never one.
    #[error("this session is over: sign in again")]
    Over,
    /// A link that was used or is too old.
    #[error("this link was used or is too old: ask for a new one")]
    Link,
    /// Not what was registered, or a stranger registered the address since.
    #[error(
        "this is not the password that was registered last for this address, which may have been somebody else: \
         set a new one by \"forgot password\", which confirms the address too"
    )]
    OtherPassword,
    /// The new password is not good enough.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// An organization would be without an owner.
    #[error(
        "you are the last owner of an organization with other members: make one of them its owner first, \
         or remove them all"
    )]
    LastOwner,
    /// The person is not linked to it.
    #[error("no identity of yours is linked there")]
    NoIdentity,
    /// They could not sign in any more.
    #[error(
        "this is your only way to sign in: set a password first (a forgotten password is how one gets the first)"
    )]
    LastWay,
    /// PostgreSQL knows no such zone.
    #[error("there is no time zone of this name: use one such as Europe/Paris")]
    TimeZone,
    /// Too many passwords are being checked.
    #[error("too many people sign in at this moment: try again in a second")]
    Busy,
    /// A fault of ours.
    #[error("{0}")]
    Failed(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<HashError> for PeopleError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            HashError::Failed(cause) => Self::Failed(cause),
        }
    }
}

impl From<SealError> for PeopleError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Database(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl People {
    /// Over the pool of the app role. `issuer` names the installation in access tokens: its
    /// address. `sealer` seals the keys that sign them.
    ///
    /// # Errors
    /// When the installation's secret or its keys cannot be read.
    pub async fn open(
        database: PgPool,
        clock: Clock,
        sealer: Sealer,
        issuer: &str,
        algorithm: signing::Algorithm,
    ) -> Result<Self, PeopleError> {
        let secret: Vec<u8> = sqlx::query_scalar("select secret from installation")
            .fetch_one(&database)
            .await?;
        let signing =
            SigningKeys::open(database.clone(), clock.clone(), sealer, issuer, algorithm).await?;
        Ok(Self {
            database,
            passwords: Passwords::new(clock.clone()),
            clock,
            secret: secret.into(),
            signing,
            seen: Seen::default(),
            post: Post::default(),
        })
    }

    /// The same people, whose passwords give way to this ingest.
    #[must_use]
    pub fn beside(mut self, pressure: &Pressure) -> Self {
        self.passwords = self.passwords.beside(pressure);
        self
    }

    /// The same people with other parameters of their passwords.
    #[must_use]
    pub fn with_passwords(mut self, passwords: Passwords) -> Self {
        self.passwords = passwords;
        self
    }

    /// What hashes their passwords.
    #[must_use]
    pub const fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Lets this process look up all sessions anew; others do within seconds.
    pub fn look_anew(&self) {
        self.seen.forget_all();
    }

    /// Records what a person did, or what was tried on their account, in each organization of theirs.
    async fn record(
        &self,
        connection: &mut PgConnection,
        origin: &Origin,
        action: &str,
        user: Option<UserId>,
        change: Option<(Value, Value)>,
    ) -> Result<(), sqlx::Error> {
        self.record_in(None, connection, origin, action, user, change)
            .await
    }

    /// The same in one organization, where nothing else is concerned.
    async fn record_in(
        &self,
        organization: Option<OrganizationId>,
        connection: &mut PgConnection,
        origin: &Origin,
        action: &str,
        user: Option<UserId>,
        change: Option<(Value, Value)>,
    ) -> Result<(), sqlx::Error> {
        let (before, after) = change.unzip();
        let record = audit::Record {
            organization,
            user,
            at: self.clock.now(),
            action,
            subject: user.map_or_else(|| "unknown".to_owned(), |user| format!("user:{user}")),
            before,
            after,
        };
        audit::record(connection, origin, record).await
    }
}

/// The origin of what somebody does, once it is known who.
fn by(user: UserId, origin: &Origin) -> Origin {
    Origin {
        actor: format!("user:{user}"),
        ..origin.clone()
    }
}
