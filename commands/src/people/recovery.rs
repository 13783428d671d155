//! What is proved by reading mail: an address, and who may set a new password.

use bugsage_domain::ids::UserId;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::email::Email;
use super::{People, PeopleError, by, password, secrets};
use crate::audit::Origin;

impl People {
    /// Confirms the address that the letter with this token was sent to.
    ///
    /// # Errors
    /// [`PeopleError::Link`], or when the database fails.
    pub async fn confirm(&self, token: &str, origin: &Origin) -> Result<(), PeopleError> {
        let hash = secrets::hash(token).ok_or(PeopleError::Link)?;
        let mut transaction = self.database.begin().await?;
        let user: Option<Uuid> = sqlx::query_scalar("select confirm_email($1, $2)")
            .bind(hash.as_slice())
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        let user = UserId(user.ok_or(PeopleError::Link)?);
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

    /// Sends the letter to confirm an address again, if an account waits for it. The answer is the
    /// same if none does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_to_confirm(&self, email: &Email, origin: &Origin) -> Result<(), PeopleError> {
        self.ask_by_mail(email, "confirm", "user.asked_to_confirm", origin)
            .await
    }

    /// Sends a letter with which a new password can be set, if there is such an account. The answer
    /// is the same if there is none.
    ///
    /// # Errors
    /// When the database fails.
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
        let user = account.map(|account| UserId(account.user_id));
        let mut transaction = self.database.begin().await?;
        if let Some(user) = user {
            self.request_letter(&mut transaction, user, letter).await?;
        }
        // In both cases, so that both wait for a commit.
        self.record(&mut transaction, origin, action, user, None)
            .await?;
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
        let holder: Option<(Uuid, String)> =
            sqlx::query_as("select * from find_mail_token($1, 'reset', $2)")
                .bind(hash.as_slice())
                .bind(self.clock.now())
                .fetch_optional(&self.database)
                .await?;
        let (_, email) = holder.ok_or(PeopleError::Link)?;
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

    /// Has a letter sent once the transaction is committed.
    pub(super) async fn request_letter(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        kind: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("select request_letter($1, $2, $3)")
            .bind(user.0)
            .bind(kind)
            .bind(self.clock.now())
            .execute(connection)
            .await
            .map(|_| ())
    }
}
