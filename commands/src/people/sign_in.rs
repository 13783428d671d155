//! Signing in by password, and changing it.

use bugsage_domain::ids::UserId;

use super::account::Account;
use super::email::Email;
use super::session::{Means, SignedIn};
use super::{People, PeopleError, by, password};
use crate::audit::Origin;

impl People {
    /// Begins a session for who knows the password. An account that does not exist costs the same
    /// work, and is refused in the same words, as a wrong password.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Wait`], [`PeopleError::Busy`], or when the database
    /// fails.
    pub async fn sign_in(
        &self,
        email: &Email,
        password: &str,
        means: Means,
        origin: &Origin,
    ) -> Result<SignedIn, PeopleError> {
        let place = self.passwords.place()?;
        let subjects = self.subjects(email, origin.address);
        self.begin_attempt(&self.database, &subjects).await?;
        let account = self.find_account(email).await?;
        let stored = account
            .as_ref()
            .and_then(|account| account.password_hash.as_deref());
        let compared = place.compare(password, stored).await?;
        let user = account.as_ref().map(|account| UserId(account.user_id));
        let Some(account) = account.filter(|account| compared.matches && account.confirmed) else {
            return Err(self.refuse(user, origin).await?);
        };
        let signed_in = self.begin(&account, means, origin).await?;
        self.forgive_attempt(&subjects).await?;
        if compared.outdated {
            self.rehash(&account, place.hash(password).await?).await?;
        }
        Ok(signed_in)
    }

    async fn refuse(
        &self,
        user: Option<UserId>,
        origin: &Origin,
    ) -> Result<PeopleError, sqlx::Error> {
        metrics::counter!("bugsage_sign_ins_total", "outcome" => "refused").increment(1);
        let mut connection = self.database.acquire().await?;
        self.record(&mut connection, origin, "session.refused", user, None)
            .await?;
        Ok(PeopleError::Wrong)
    }

    async fn begin(
        &self,
        account: &Account,
        means: Means,
        origin: &Origin,
    ) -> Result<SignedIn, PeopleError> {
        let mut transaction = self.database.begin().await?;
        let user = UserId(account.user_id);
        let signed_in = self
            .start_session(
                &mut transaction,
                (user, account.credential_version),
                means,
                None,
                origin,
            )
            .await?;
        transaction.commit().await?;
        metrics::counter!("bugsage_sign_ins_total", "outcome" => "started").increment(1);
        Ok(signed_in)
    }

    async fn rehash(&self, account: &Account, hash: String) -> Result<(), sqlx::Error> {
        sqlx::query("select rehash_password($1, $2, $3)")
            .bind(account.user_id)
            .bind(&account.password_hash)
            .bind(hash)
            .execute(&self.database)
            .await?;
        Ok(())
    }

    /// Takes a new password from who knows the old one. Ends every session; the answer is a new one.
    ///
    /// # Errors
    /// [`PeopleError::Unfit`], and those of a wrong password.
    pub async fn change_password(
        &self,
        user: UserId,
        old: &str,
        new: &str,
        means: Means,
        origin: &Origin,
    ) -> Result<SignedIn, PeopleError> {
        let (email, stored) = self.prove_again(user, old, origin).await?;
        password::check(new, email.as_str())?;
        let hash = self.passwords.hash(new).await?;
        let mut transaction = self.database.begin().await?;
        let version: Option<i64> = sqlx::query_scalar("select change_password($1, $2, $3)")
            .bind(user.0)
            .bind(stored)
            .bind(hash)
            .fetch_one(&mut *transaction)
            .await?;
        let version = version.ok_or(PeopleError::Over)?;
        let origin = by(user, origin);
        self.record(
            &mut transaction,
            &origin,
            "password.changed",
            Some(user),
            None,
        )
        .await?;
        self.request_letter(&mut transaction, user, "changed")
            .await?;
        let signed_in = self
            .start_session(&mut transaction, (user, version), means, None, &origin)
            .await?;
        transaction.commit().await?;
        self.seen.forget_all();
        self.post.wake();
        Ok(signed_in)
    }
}
