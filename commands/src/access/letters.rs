//! Letters to people who are invited: asked for with the invitation, written and sent afterwards,
//! tried again while the mail server is away. The token in one is made when it is written.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use sqlx::{FromRow, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::api_keys::hash;
use super::invitations::PREFIX;
use crate::clock::Clock;
use crate::mail::{Letter, Mailer};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// A letter in the hands of one sender; another tries if that one dies.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Tries before a letter is given up: about a day.
const TRIES: i32 = 10;
/// The longest pause between two tries.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(6);

#[derive(FromRow)]
struct Due {
    invitation_id: Uuid,
    email: String,
    organization: String,
    role: String,
    tries: i32,
}

/// Sends what is asked for, until `stop`. `url` is how people reach the installation.
pub async fn run(
    app: PgPool,
    clock: Clock,
    mailer: Arc<dyn Mailer>,
    url: String,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        if let Err(error) = round(&app, &clock, mailer.as_ref(), &url).await {
            tracing::warn!(%error, "invitations will be sent later");
        }
        stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
    }
}

/// Sends all that are due. Safe to run on several nodes.
///
/// # Errors
/// When the database fails; a mail server that does is tried again later.
pub async fn round(
    app: &PgPool,
    clock: &Clock,
    mailer: &dyn Mailer,
    url: &str,
) -> Result<(), sqlx::Error> {
    loop {
        let now = clock.now();
        let due: Option<Due> = sqlx::query_as("select * from take_invitation_letter($1, $2)")
            .bind(now)
            .bind(now + LEASE)
            .fetch_optional(app)
            .await?;
        let Some(due) = due else { return Ok(()) };
        let letter = write(app, clock, &due, url).await?;
        let outcome = mailer.send(&letter).await;
        let next = match &outcome {
            Ok(()) => None,
            Err(_) if due.tries >= TRIES => None,
            Err(_) => Some(now + PAUSE_MAX.min(TimeDelta::minutes(1 << due.tries.clamp(0, 9)))),
        };
        let outcome_word = if outcome.is_ok() { "sent" } else { "failed" };
        metrics::counter!("bugsage_letters_total", "outcome" => outcome_word).increment(1);
        if let Err(error) = outcome {
            let invitation = due.invitation_id;
            tracing::warn!(%error, %invitation, tries = due.tries, given_up = next.is_none(), "an invitation was not sent");
        }
        sqlx::query("select invitation_letter_tried($1, $2)")
            .bind(due.invitation_id)
            .bind(next)
            .execute(app)
            .await?;
    }
}

async fn write(app: &PgPool, clock: &Clock, due: &Due, url: &str) -> Result<Letter, sqlx::Error> {
    let token = format!("{PREFIX}{}", clock.new_secret());
    sqlx::query("select keep_invitation_token($1, $2)")
        .bind(due.invitation_id)
        .bind(hash(&token).as_slice())
        .execute(app)
        .await?;
    let Due {
        organization, role, ..
    } = due;
    Ok(Letter {
        id: clock.new_id(),
        at: clock.now(),
        to: due.email.clone(),
        subject: "You are invited to BugSage".to_owned(),
        text: format!(
            "Hello,\n\nyou are invited to the organization \"{organization}\" at {url}, as {role}.\n\n\
             To accept within 7 days, sign in with this address, or register it at \
             {url}/api/v1/auth/register, and send this code to {url}/api/v1/invitations/accept:\n\n  \
             {token}\n\n\
             If you know nothing of this, do nothing.\n"
        ),
    })
}
