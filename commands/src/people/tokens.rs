//! The tokens that a session, or a program, is held by: given, looked at, and changed for the next.

use std::sync::Arc;

use bugsage_domain::ids::UserId;
use bugsage_event_store::in_time;
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::access_token::Who;
use super::session::{Opened, Proof, REFRESH_LIFETIME, REFRESH_PREFIX, SignedIn};
use super::{People, PeopleError, secrets};
use crate::audit::Origin;

/// Who holds an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A person in a session that holds.
    Person(Proof),
    /// A program.
    Program {
        /// Its service account, which may be revoked by now.
        account: Uuid,
        /// The secret it was given for, which may be another by now; see
        /// [`Proved`](crate::access::service_accounts::Proved).
        secret: i64,
    },
}

impl People {
    pub(super) async fn person_token(
        &self,
        user: UserId,
        session: Uuid,
        version: i64,
    ) -> Result<String, PeopleError> {
        let who = Who::Person {
            sub: user.0,
            sid: session,
            ver: version,
        };
        self.signing.issue(who).await
    }

    /// An access token for a service account whose secret, by its version, was proved.
    ///
    /// # Errors
    /// When there is no key to sign it with.
    pub async fn program_token(&self, account: Uuid, secret: i64) -> Result<String, PeopleError> {
        let who = Who::Program {
            client_id: account,
            sub: account,
            ver: secret,
        };
        self.signing.issue(who).await
    }

    /// Who holds this access token; `None` if it is none of ours, too old, or its session is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_access_token(&self, token: &str) -> Result<Option<Holder>, Arc<sqlx::Error>> {
        let (user, session, version) = match self.signing.verify(token).await? {
            None => return Ok(None),
            Some(Who::Program { sub, ver, .. }) => {
                let (account, secret) = (sub, ver);
                return Ok(Some(Holder::Program { account, secret }));
            }
            Some(Who::Person { sub, sid, ver }) => (sub, sid, ver),
        };
        let find = async {
            sqlx::query_scalar("select session_holds($1, $2, $3, $4)")
                .bind(session)
                .bind(user)
                .bind(version)
                .bind(self.clock.now())
                .fetch_one(&self.database)
                .await
        };
        let key = (session, user, version);
        let holds = self.seen.tokens.try_get_with(key, in_time(find)).await?;
        Ok(holds.then_some(Holder::Person(Proof {
            user: UserId(user),
            session,
            // One that was begun at a provider is held by a cookie alone: see session_holds.
            confined: None,
        })))
    }

    /// The next two tokens for a refresh token, which is used up. One that comes twice was stolen,
    /// from whomever: its session ends.
    ///
    /// # Errors
    /// [`PeopleError::Over`], or when the database fails.
    pub async fn refresh(&self, token: &str, origin: &Origin) -> Result<SignedIn, PeopleError> {
        #[derive(FromRow)]
        struct Rotated {
            outcome: String,
            session_id: Option<Uuid>,
            user_id: Option<Uuid>,
            credential_version: Option<i64>,
        }
        let hash = secrets::hash(token).ok_or(PeopleError::Over)?;
        let now = self.clock.now();
        let refresh = secrets::new(&self.clock, REFRESH_PREFIX);
        let mut transaction = self.database.begin().await?;
        let rotated: Rotated = sqlx::query_as("select * from rotate_refresh_token($1, $2, $3, $4)")
            .bind(hash.as_slice())
            .bind(secrets::hash(&refresh).as_ref().map(<[u8; 32]>::as_slice))
            .bind(now)
            .bind(now + REFRESH_LIFETIME)
            .fetch_one(&mut *transaction)
            .await?;
        let (Some(session), Some(user), Some(version)) = (
            rotated.session_id,
            rotated.user_id,
            rotated.credential_version,
        ) else {
            return Err(PeopleError::Over);
        };
        let user = UserId(user);
        if rotated.outcome == "reused" {
            let change = (json!({"session": session}), json!(null));
            self.record(
                &mut transaction,
                origin,
                "session.reused",
                Some(user),
                Some(change),
            )
            .await?;
            transaction.commit().await?;
            self.seen.forget_all();
            return Err(PeopleError::Over);
        }
        // Before the old one is used up: without a key to sign with, it can be tried again.
        let access = self.person_token(user, session, version).await?;
        transaction.commit().await?;
        Ok(SignedIn {
            user,
            session,
            opened: Opened::Tokens { access, refresh },
        })
    }
}
