//! Letters to people: asked for in the transaction they tell of, written and sent afterwards, tried
//! again while the mail server is away. What opens a door is made when a letter is written.

use std::sync::Arc;
use std::time::Duration;

use bugsage_domain::ids::UserId;
use chrono::TimeDelta;
use sqlx::FromRow;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{People, secrets};
use crate::mail::{Letter, Mailer};

/// Pause between two looks, for letters that another node was asked for, or that failed.
const PAUSE: Duration = Duration::from_secs(5);
/// A letter in the hands of one sender; another tries if that one dies.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Tries before a letter is given up: about a day.
const TRIES: i32 = 10;
/// The longest pause between two tries.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(6);
/// How long a link may be used.
const CONFIRM_LIFETIME: TimeDelta = TimeDelta::hours(24);
const RESET_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Wakes who sends. Clones share.
#[derive(Debug, Clone, Default)]
pub(super) struct Post(Arc<Notify>);

impl Post {
    pub(super) fn wake(&self) {
        self.0.notify_one();
    }
}

#[derive(FromRow)]
struct Due {
    user_id: Uuid,
    kind: String,
    email: String,
    name: String,
    tries: i32,
}

/// Sends what is asked for, until `stop`. `url` is how people reach the installation.
pub async fn run(people: People, mailer: Arc<dyn Mailer>, url: String, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = round(&people, mailer.as_ref(), &url).await {
            tracing::warn!(%error, "letters will be sent later");
        }
        let wait = async {
            tokio::select! {
                () = people.post.0.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        };
        stop.run_until_cancelled(wait).await;
    }
}

/// Sends all that are due. Safe to run on several nodes.
///
/// # Errors
/// When the database fails; a mail server that does is tried again later.
pub async fn round(people: &People, mailer: &dyn Mailer, url: &str) -> Result<(), sqlx::Error> {
    loop {
        let now = people.clock.now();
        let due: Option<Due> = sqlx::query_as("select * from take_letter($1, $2)")
            .bind(now)
            .bind(now + LEASE)
            .fetch_optional(&people.database)
            .await?;
        let Some(due) = due else { return Ok(()) };
        let letter = write(people, &due, url).await?;
        let outcome = mailer.send(&letter).await;
        let next = match &outcome {
            Ok(()) => None,
            Err(_) if due.tries >= TRIES => None,
            Err(_) => Some(now + PAUSE_MAX.min(TimeDelta::minutes(1 << due.tries.clamp(0, 9)))),
        };
        let outcome_word = if outcome.is_ok() { "sent" } else { "failed" };
        metrics::counter!("bugsage_letters_total", "outcome" => outcome_word).increment(1);
        if let Err(error) = outcome {
            let (user, kind) = (due.user_id, &due.kind);
            tracing::warn!(%error, %user, kind, tries = due.tries, given_up = next.is_none(), "a letter was not sent");
        }
        sqlx::query("select letter_tried($1, $2, $3, $4)")
            .bind(due.user_id)
            .bind(&due.kind)
            .bind(now)
            .bind(next)
            .execute(&people.database)
            .await?;
    }
}

async fn write(people: &People, due: &Due, url: &str) -> Result<Letter, sqlx::Error> {
    let (subject, text) = match due.kind.as_str() {
        "confirm" => {
            let token = token(people, due, CONFIRM_LIFETIME).await?;
            (
                "Confirm your e-mail address",
                format!(
                    "somebody, hopefully you, registered this address at {url}.\n\n\
                     To confirm it within 24 hours, send this code with the password that you registered to \
                     {url}/api/v1/auth/verify-email:\n\n  {token}\n\n\
                     for example with\n\n  \
                     curl -H 'Content-Type: application/json' -d '{{\"token\": \"{token}\", \"password\": \"…\"}}' {url}/api/v1/auth/verify-email\n\n\
                     If you did not register, do nothing: nobody can sign in with your address then."
                ),
            )
        }
        "reset" => {
            let token = token(people, due, RESET_LIFETIME).await?;
            (
                "Set a new password",
                format!(
                    "somebody, hopefully you, asked for a new password at {url}.\n\n\
                     To set one within an hour, send it with this code to {url}/api/v1/auth/password/reset:\n\n  {token}\n\n\
                     for example with\n\n  \
                     curl -H 'Content-Type: application/json' -d '{{\"token\": \"{token}\", \"password\": \"…\"}}' {url}/api/v1/auth/password/reset\n\n\
                     If it was not you, do nothing: your password stays as it is."
                ),
            )
        }
        "known" => (
            "You have an account already",
            format!(
                "somebody, hopefully you, registered this address at {url}, where it has an account.\n\n\
                 Sign in with your password, or ask for a new one at {url}/api/v1/auth/password/forgot.\n\n\
                 If it was not you, do nothing: nothing has changed."
            ),
        ),
        _ => (
            "Your password was changed",
            format!(
                "your password at {url} was changed, and every session before has ended.\n\n\
                 If it was not you, ask for a new one at once: {url}/api/v1/auth/password/forgot."
            ),
        ),
    };
    let greeting = match due.name.as_str() {
        "" => "Hello".to_owned(),
        name => format!("Hello {name}"),
    };
    Ok(Letter {
        id: people.clock.new_id(),
        at: people.clock.now(),
        to: due.email.clone(),
        subject: subject.to_owned(),
        text: format!("{greeting},\n\n{text}\n"),
    })
}

/// A new token of this letter.
async fn token(people: &People, due: &Due, lifetime: TimeDelta) -> Result<String, sqlx::Error> {
    let token = secrets::new(&people.clock, "");
    sqlx::query("select keep_mail_token($1, $2, $3, $4, $5)")
        .bind(UserId(due.user_id).0)
        .bind(&due.kind)
        .bind(secrets::hash(&token).as_ref().map(<[u8; 32]>::as_slice))
        .bind(&due.email)
        .bind(people.clock.now() + lifetime)
        .execute(&people.database)
        .await?;
    Ok(token)
}
