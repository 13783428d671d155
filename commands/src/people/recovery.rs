//! What is proved by reading mail: an address, and who may set a new password.

use bugsage_domain::ids::UserId;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::attempts::Stranger;
use super::email::Email;
use super::{People, PeopleError, by, password, secrets};
use crate::audit::Origin;

impl People {
    /// Confirms the address that the letter with this token was sent to, for who knows the password
    /// that was registered. Anybody can register the address of somebody else, before or after its
    /// owner: the letter alone would confirm the password of a stranger.
    ///
    /// # Errors
    /// [`PeopleError::Link`], [`PeopleError::OtherPassword`], [`PeopleError::Wait`],
    /// [`PeopleError::Busy`], or when the database fails.
    pub async fn confirm(
        &self,
        token: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        let hash = secrets::hash(token).ok_or(PeopleError::Link)?;
        let (user, _) = self.holder(&hash, "confirm").await?;
        let proved = self.prove_again(user, password, origin).await;
        let (_, stored) = proved.map_err(|error| match error {
            PeopleError::WrongPassword => PeopleError::OtherPassword,
            other => other,
        })?;
        let mut transaction = self.database.begin().await?;
        let user: Option<Uuid> = sqlx::query_scalar("select confirm_email($1, $2, $3)")
            .bind(hash.as_slice())
            .bind(stored)
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        let user = UserId(user.ok_or(PeopleError::OtherPassword)?);
        self.record(
            &mut transaction,
            &by(user, origin),
            "user.confirmed",
            Some(user),
            None,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whose token this is, and for which address, while it may be used.
    async fn holder(&self, hash: &[u8; 32], kind: &str) -> Result<(UserId, String), PeopleError> {
        let holder: Option<(Uuid, String)> =
            sqlx::query_as("select * from find_mail_token($1, $2, $3)")
                .bind(hash.as_slice())
                .bind(kind)
                .bind(self.clock.now())
                .fetch_optional(&self.database)
                .await?;
        let (user, email) = holder.ok_or(PeopleError::Link)?;
        Ok((UserId(user), email))
    }

    /// Sends the letter to confirm an address again, if an account waits for it. The answer is the
    /// same if none does.
    ///
    /// # Errors
    /// [`PeopleError::Wait`], or when the database fails.
    pub async fn ask_to_confirm(&self, email: &Email, origin: &Origin) -> Result<(), PeopleError> {
        self.ask_by_mail(email, "confirm", "user.asked_to_confirm", origin)
            .await
    }

    /// Sends a letter with which a new password can be set, if there is such an account. The answer
    /// is the same if there is none.
    ///
    /// # Errors
    /// [`PeopleError::Wait`], or when the database fails.
    pub async fn forgot_password(&self, email: &Email, origin: &Origin) -> Result<(), PeopleError> {
        self.ask_by_mail(email, "reset", "password.forgotten", origin)
            .await
    }

    async fn ask_by_mail(
        &self,
        email: &Email,
        letter: &str,
        action: &str,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        let account = self.find_account(email).await?;
        let account = account.filter(|account| letter != "confirm" || !account.confirmed);
        let mut transaction = self.database.begin().await?;
        // Counted in this transaction, so that both wait for a commit, who has an account and who has none.
        let stranger = self.stranger(Stranger::Letter, origin.address);
        self.begin_attempt(&mut *transaction, &stranger).await?;
        if let Some(account) = account {
            let user = UserId(account.user_id);
            // What was asked for already is not asked for again, and leaves no record either.
            if self.request_letter(&mut transaction, user, letter).await? {
                self.record(&mut transaction, origin, action, Some(user), None)
                    .await?;
            }
        }
        transaction.commit().await?;
        self.post.wake();
        Ok(())
    }

    /// Sets a new password with the token of a letter, which is used up. Ends every session.
    ///
    /// # Errors
    /// [`PeopleError::Link`], [`PeopleError::Unfit`], [`PeopleError::Busy`], or when the database
    /// fails.
    pub async fn reset_password(
        &self,
        token: &str,
        new: &str,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        let hash = secrets::hash(token).ok_or(PeopleError::Link)?;
        // Looked at first: nobody has passwords hashed with tokens of their own making.
        let (_, email) = self.holder(&hash, "reset").await?;
        password::check(new, &email)?;
        let phc = self.passwords.hash(new).await?;
        let mut transaction = self.database.begin().await?;
        let user: Option<Uuid> = sqlx::query_scalar("select reset_password($1, $2, $3)")
            .bind(hash.as_slice())
            .bind(phc)
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        let user = UserId(user.ok_or(PeopleError::Link)?);
        let change = (json!(null), json!({"by": "mail"}));
        self.record(
            &mut transaction,
            &by(user, origin),
            "password.changed",
            Some(user),
            Some(change),
        )
        .await?;
        self.request_letter(&mut transaction, user, "changed")
            .await?;
        transaction.commit().await?;
        self.seen.forget_all();
        self.post.wake();
        Ok(())
    }

    /// Has a letter sent once the transaction is committed; `false` where one like it waits already.
    pub(super) async fn request_letter(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        kind: &str,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select request_letter($1, $2, $3)")
            .bind(user.0)
            .bind(kind)
            .bind(self.clock.now())
            .fetch_one(connection)
            .await
    }
}
