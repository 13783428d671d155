//! Errors that have occurred so often that their project wants them analysed.
//!
//! No domain event tells of a count: occurrences are no decisions. So somebody looks, every few seconds, at
//! what occurred lately in the projects that want it.

use std::time::Duration;

use bugsage_commands::clock::Clock;
use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Because, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{ExecuteError, Executor};
use sqlx::{FromRow, PgPool};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::SAGA;
use crate::job::once;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// What did not occur for so long is not looked at until it occurs again: what passes a count occurs.
const LATELY: Duration = Duration::from_secs(600);
/// Errors asked for at one look.
const ERRORS_MAX: i32 = 100;

#[derive(FromRow)]
struct Frequent {
    organization_id: Uuid,
    error_id: Uuid,
}

/// Asks for analyses of what is frequent, until it is stopped. On several nodes each error is asked for once.
pub async fn run(app: PgPool, executor: Executor, clock: Clock, stop: CancellationToken) {
    let mut looks = interval(PAUSE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        if let Err(error) = look(&app, &executor, &clock).await {
            tracing::warn!(%error, "frequent errors cannot be looked for");
        }
    }
}

async fn look(app: &PgPool, executor: &Executor, clock: &Clock) -> Result<(), sqlx::Error> {
    let found: Vec<Frequent> = sqlx::query_as("select * from frequent_errors($1, $2)")
        .bind(LATELY.as_secs_f64())
        .bind(ERRORS_MAX)
        .fetch_all(app)
        .await?;
    for Frequent {
        organization_id,
        error_id,
    } in found
    {
        let command = ErrorCommand::RequestAnalysis {
            by: Actor::Saga {
                name: SAGA.to_owned(),
            },
            because: Because::Frequent,
            provider: None,
            prompt_version: None,
            at: clock.now(),
        };
        let what = format!("frequent:{error_id}");
        let context = once(OrganizationId(organization_id), SAGA, &what);
        let executed = executor
            .execute::<ErrorGroup, _>(&error_id.to_string(), command, context, |_, _| ())
            .await;
        match executed {
            // Settled, merged or asked for meanwhile.
            Ok(_) | Err(ExecuteError::Refused(_)) => {}
            Err(error) => tracing::warn!(%error_id, %error, "a frequent error is not analysed"),
        }
    }
    Ok(())
}
