//! Accounts: how they begin, and how they end.

use bugsage_domain::ids::{OrganizationId, UserId};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::attempts::Stranger;
use super::email::Email;
use super::{People, PeopleError, by, password};
use crate::audit::{self, Origin};

/// Who asks for an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Their address, still to be proved.
    pub email: Email,
    /// What they want to be called; may be empty.
    pub name: String,
    /// As they typed it.
    pub password: String,
}

/// An account as signing in needs it.
#[derive(Debug, FromRow)]
pub(super) struct Account {
    pub(super) user_id: Uuid,
    pub(super) password_hash: Option<String>,
    pub(super) credential_version: i64,
    pub(super) confirmed: bool,
}

impl People {
    /// Takes a registration and writes to the address: how to confirm it, or that there is such an
    /// account. The answer, and the work, are the same for both.
    ///
    /// # Errors
    /// [`PeopleError::Unfit`], [`PeopleError::Wait`], [`PeopleError::Busy`], or when the database fails.
    pub async fn register(&self, asked: &Registration, origin: &Origin) -> Result<(), PeopleError> {
        password::check(&asked.password, asked.email.as_str())?;
        let stranger = self.stranger(Stranger::Letter, origin.address);
        self.begin_attempt(&self.database, &stranger).await?;
        let hash = self.passwords.hash(&asked.password).await?;
        let mut transaction = self.database.begin().await?;
        let (user, taken): (Uuid, bool) =
            sqlx::query_as("select * from register_user($1, $2, $3, $4, $5)")
                .bind(self.clock.new_id())
                .bind(asked.email.as_str())
                .bind(&asked.name)
                .bind(hash)
                .bind(self.clock.now())
                .fetch_one(&mut *transaction)
                .await?;
        let user = UserId(user);
        let (action, letter) = match taken {
            true => ("user.registered_again", "known"),
            false => ("user.registered", "confirm"),
        };
        // Of an account that is somebody's, a stranger who goes on writes no more.
        if self.request_letter(&mut transaction, user, letter).await? || !taken {
            self.record(&mut transaction, origin, action, Some(user), None)
                .await?;
        }
        transaction.commit().await?;
        self.post.wake();
        Ok(())
    }

    pub(super) async fn find_account(&self, email: &Email) -> Result<Option<Account>, sqlx::Error> {
        sqlx::query_as("select * from find_account($1)")
            .bind(email.as_str())
            .fetch_optional(&self.database)
            .await
    }

    /// Has a person who is signed in prove their password once more; answers what is stored of it.
    ///
    /// # Errors
    /// [`PeopleError::WrongPassword`], [`PeopleError::Wait`], [`PeopleError::Busy`], or when the
    /// database fails.
    pub(super) async fn prove_again(
        &self,
        user: UserId,
        password: &str,
        origin: &Origin,
    ) -> Result<(Email, String), PeopleError> {
        let stored: Option<(String, Option<String>)> =
            sqlx::query_as("select * from find_password($1)")
                .bind(user.0)
                .fetch_optional(&self.database)
                .await?;
        let (email, stored) = stored.ok_or(PeopleError::Over)?;
        let email: Email = email.parse().map_err(|_| PeopleError::Over)?;
        let subjects = self.subjects(&email, origin.address);
        let place = self.passwords.place()?;
        self.begin_attempt(&self.database, &subjects).await?;
        let compared = place.compare(password, stored.as_deref()).await?;
        match stored {
            Some(stored) if compared.matches => {
                self.forgive_attempt(&subjects).await?;
                Ok((email, stored))
            }
            _ => {
                let mut connection = self.database.acquire().await?;
                self.record(
                    &mut connection,
                    &by(user, origin),
                    "password.refused",
                    Some(user),
                    None,
                )
                .await?;
                Err(PeopleError::WrongPassword)
            }
        }
    }

    /// Erases a person, who proves once more that they are: what is personal goes, and history
    /// keeps an id that names nobody. An organization without any other member is closed.
    ///
    /// # Errors
    /// [`PeopleError::LastOwner`], and those of a wrong password.
    pub async fn erase(
        &self,
        user: UserId,
        password: &str,
        origin: &Origin,
    ) -> Result<(), PeopleError> {
        self.prove_again(user, password, origin).await?;
        let mut transaction = self.database.begin().await?;
        // Before it is done: after that the person belongs nowhere. The address would be theirs.
        let origin = Origin {
            address: None,
            ..by(user, origin)
        };
        self.record(&mut transaction, &origin, "user.erased", Some(user), None)
            .await?;
        let deserted: Option<Vec<Uuid>> = sqlx::query_scalar("select erase_user($1, $2)")
            .bind(user.0)
            .bind(self.clock.now())
            .fetch_one(&mut *transaction)
            .await?;
        for organization in deserted.ok_or(PeopleError::LastOwner)? {
            self.record_closed(&mut transaction, OrganizationId(organization), &origin)
                .await?;
        }
        transaction.commit().await?;
        self.seen.forget_all();
        Ok(())
    }

    async fn record_closed(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let record = audit::Record {
            organization: Some(organization),
            user: None,
            at: self.clock.now(),
            action: "organization.closed",
            subject: format!("organization:{organization}"),
            before: None,
            after: Some(json!({"why": "its last member was erased"})),
        };
        audit::record(connection, origin, record).await
    }
}
