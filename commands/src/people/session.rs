//! Sessions: one sign-in, held by a cookie or by tokens, until it is ended or times out. What there is to
//! tokens stands in `tokens.rs`.

use std::sync::Arc;
use std::time::Duration;

use bugsage_domain::ids::{OrganizationId, UserId};
use bugsage_event_store::in_time;
use chrono::TimeDelta;
use moka::future::Cache;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{People, PeopleError, by, secrets};
use crate::audit::Origin;

/// How long a browser stays signed in.
pub const COOKIE_LIFETIME: TimeDelta = TimeDelta::days(7);
/// How long a refresh token may be used; its successor has as long again.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long the state of a session is remembered: so long an ended one may still work elsewhere.
const REMEMBERED: Duration = Duration::from_secs(5);
/// Sessions remembered at once, those that never were included.
const SESSIONS: u64 = 10_000;
/// What a refresh token begins with.
pub(super) const REFRESH_PREFIX: &str = "bsr_";

/// What a session is held by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// A browser's cookie.
    Cookie,
    /// An access token and a refresh token.
    Tokens,
}

/// A session that has begun or goes on.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// The session.
    pub session: Uuid,
    /// What is handed out, once.
    pub opened: Opened,
}

/// What a session is held by from now on.
#[derive(Clone)]
pub enum Opened {
    /// The value of the cookie.
    Cookie(String),
    /// The two tokens.
    Tokens {
        /// For requests, a quarter of an hour long.
        access: String,
        /// For the next two tokens.
        refresh: String,
    },
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A person in a session that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Who.
    pub user: UserId,
    /// The session.
    pub session: Uuid,
    /// The one organization it holds in, where it was begun at a provider of that.
    pub confined: Option<OrganizationId>,
}

/// Sessions looked at within the last seconds. Clones share.
#[derive(Clone)]
pub(super) struct Seen {
    cookies: Cache<[u8; 32], Option<Proof>>,
    pub(super) tokens: Cache<(Uuid, Uuid, i64), bool>,
}

impl Default for Seen {
    fn default() -> Self {
        let builder = || {
            Cache::builder()
                .max_capacity(SESSIONS)
                .time_to_live(REMEMBERED)
        };
        Self {
            cookies: builder().build(),
            tokens: Cache::builder()
                .max_capacity(SESSIONS)
                .time_to_live(REMEMBERED)
                .build(),
        }
    }
}

impl Seen {
    /// After an end: on this node it counts at once.
    pub(super) fn forget_all(&self) {
        self.cookies.invalidate_all();
        self.tokens.invalidate_all();
    }
}

impl People {
    /// Begins a session of a person whose credentials, in this version, were proved; `at` a provider
    /// of an organization, if it was not by password.
    pub(super) async fn start_session(
        &self,
        connection: &mut PgConnection,
        (user, version): (UserId, i64),
        means: Means,
        at: Option<(Uuid, OrganizationId)>,
        origin: &Origin,
    ) -> Result<SignedIn, PeopleError> {
        let (now, session) = (self.clock.now(), self.clock.new_id());
        let (secret, lifetime) = match means {
            Means::Cookie => (secrets::new(&self.clock, ""), COOKIE_LIFETIME),
            Means::Tokens => (secrets::new(&self.clock, REFRESH_PREFIX), REFRESH_LIFETIME),
        };
        let hash = secrets::hash(&secret);
        let hash = hash.as_ref().map(<[u8; 32]>::as_slice);
        let (cookie, refresh) = match means {
            Means::Cookie => (hash, None),
            Means::Tokens => (None, hash),
        };
        let began: bool =
            sqlx::query_scalar("select start_session($1, $2, $3, $4, $5, $6, $7, $8)")
                .bind(session)
                .bind(user.0)
                .bind(version)
                .bind(cookie)
                .bind(refresh)
                .bind(now)
                .bind(now + lifetime)
                .bind(at.map(|(provider, _)| provider))
                .fetch_one(&mut *connection)
                .await?;
        if !began {
            return Err(PeopleError::Over);
        }
        let held = match means {
            Means::Cookie => "cookie",
            Means::Tokens => "tokens",
        };
        let (provider, organization) = at.unzip();
        let mut after = json!({"session": session, "by": held});
        if let Some(provider) = provider {
            after["provider"] = json!(provider);
        }
        let change = (json!(null), after);
        self.record_in(
            organization,
            connection,
            &by(user, origin),
            "session.started",
            Some(user),
            Some(change),
        )
        .await?;
        let opened = match means {
            Means::Cookie => Opened::Cookie(secret),
            Means::Tokens => Opened::Tokens {
                access: self.person_token(user, session, version).await?,
                refresh: secret,
            },
        };
        Ok(SignedIn {
            user,
            session,
            opened,
        })
    }

    /// Who holds this cookie; `None` if its session is over or never was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_cookie(&self, cookie: &str) -> Result<Option<Proof>, Arc<sqlx::Error>> {
        let Some(hash) = secrets::hash(cookie) else {
            return Ok(None);
        };
        let find = async {
            let found: Option<(Uuid, Uuid, Option<Uuid>)> =
                sqlx::query_as("select * from find_session($1, $2)")
                    .bind(hash.as_slice())
                    .bind(self.clock.now())
                    .fetch_optional(&self.database)
                    .await?;
            Ok(found.map(|(session, user, confined)| Proof {
                user: UserId(user),
                session,
                confined: confined.map(OrganizationId),
            }))
        };
        self.seen.cookies.try_get_with(hash, in_time(find)).await
    }

    /// Ends this session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, proof: Proof, origin: &Origin) -> Result<(), PeopleError> {
        let mut transaction = self.database.begin().await?;
        let ended: bool = sqlx::query_scalar("select end_session($1, $2, $3)")
            .bind(proof.session)
            .bind(proof.user.0)
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        if ended {
            let change = (json!({"session": proof.session}), json!(null));
            let origin = by(proof.user, origin);
            self.record_in(
                proof.confined,
                &mut transaction,
                &origin,
                "session.ended",
                Some(proof.user),
                Some(change),
            )
            .await?;
        }
        transaction.commit().await?;
        self.seen.forget_all();
        Ok(())
    }

    /// Ends every session of a person, on every device.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out_everywhere(
        &self,
        user: UserId,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query("select end_sessions($1, $2)")
            .bind(user.0)
            .bind(self.clock.now())
            .execute(&mut *transaction)
            .await?;
        self.record(
            &mut transaction,
            &by(user, origin),
            "session.ended_everywhere",
            Some(user),
            None,
        )
        .await?;
        transaction.commit().await?;
        self.seen.forget_all();
        Ok(())
    }
}
