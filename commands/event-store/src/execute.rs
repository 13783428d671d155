//! The executor: idempotency, load, decide, append, and again after a conflict.

use bugsage_domain::ids::OrganizationId;
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row};

use crate::append::{Append, Idempotency, NewText, Verdict};
use crate::connect::tenant;
use crate::event::{Metadata, RecordedEvent};
use crate::sourced::{EventSourced, Loaded, UnreadableEvent, new_events, replace_nul};
use crate::writer::Writer;

/// How often a command is decided again after somebody else was faster.
const TRIES: u32 = 8;

/// Everything about a command but the command.
#[derive(Debug, Clone)]
pub struct CommandContext {
    /// Stored with each event.
    pub metadata: Metadata,
    /// The sender's key, if it gave one.
    pub idempotency: Option<Idempotency>,
    /// Only if the aggregate stands at this sequence (`If-Match`).
    pub if_match: Option<i64>,
    /// Texts that the command refers to.
    pub texts: Vec<NewText>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    /// What the caller is told; the same for a repeat of the key.
    pub answer: Value,
    /// The sequence the aggregate stands at.
    pub sequence: i64,
    /// The position reached: wait for it to read your own write.
    pub position: i64,
}

/// Why a command had no effect.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: std::error::Error> {
    /// The aggregate refuses.
    #[error(transparent)]
    Refused(R),
    /// It stands at another sequence than the caller had seen.
    #[error("it was changed meanwhile: it stands at version {actual}")]
    Stale {
        /// Where it stands.
        actual: i64,
    },
    /// Others were faster each time.
    #[error("others changed it {TRIES} times while this command was being decided")]
    Contended,
    /// The key came before with another request.
    #[error("this idempotency key was used before for another request")]
    KeyReused,
    /// A stored event cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// An event cannot be written as JSON.
    #[error("an event cannot be written as JSON: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The database failed.
    #[error("the event store failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Carries commands to their aggregates. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Executor {
    app: PgPool,
    writer: Writer,
}

impl Executor {
    /// Over the pool of the app role and its writer.
    #[must_use]
    pub const fn new(app: PgPool, writer: Writer) -> Self {
        Self { app, writer }
    }

    /// Decides `command` and makes the outcome durable. `answer` turns the new state into what
    /// the caller is told. Safe to repeat with an idempotency key.
    ///
    /// # Errors
    /// See [`ExecuteError`]; whatever it is, nothing was written.
    pub async fn execute<A, T>(
        &self,
        id: &str,
        command: A::Command,
        context: CommandContext,
        answer: impl Fn(&A, i64) -> T + Send,
    ) -> Result<Executed, ExecuteError<A::Error>>
    where
        A: EventSourced,
        A::Command: Clone,
        T: Serialize,
    {
        let organization = context.metadata.organization_id;
        for _ in 0..TRIES {
            let mut transaction = tenant(&self.app, organization).await?;
            let loaded = load::<A>(&mut transaction, organization, id).await?;
            // After the load: where that saw what the same key did, this sees its answer.
            if let Some(idempotency) = &context.idempotency
                && let Some(before) =
                    answered_before(&mut transaction, organization, idempotency).await?
            {
                return settled(before);
            }
            transaction.rollback().await?;
            let Loaded {
                mut state,
                sequence,
            } = loaded?;
            if let Some(seen) = context.if_match.filter(|seen| *seen != sequence) {
                tracing::debug!(seen, sequence, "stale command");
                return Err(ExecuteError::Stale { actual: sequence });
            }
            let events = state
                .decide(command.clone())
                .map_err(ExecuteError::Refused)?;
            for event in &events {
                state.apply(event.clone());
            }
            let reached = sequence + i64::try_from(events.len()).unwrap_or(i64::MAX);
            let mut told = serde_json::to_value(answer(&state, reached))?;
            replace_nul(&mut told);
            if events.is_empty() && context.idempotency.is_none() {
                return Ok(Executed {
                    answer: told,
                    sequence,
                    position: 0,
                });
            }
            let needed = A::text_ids(&events);
            let append = Append {
                aggregate_type: A::TYPE,
                aggregate_id: id.to_owned(),
                expected: sequence,
                effect: state.effect(&events),
                events: new_events(&events)?,
                metadata: context.metadata.clone(),
                texts: context
                    .texts
                    .iter()
                    .filter(|t| needed.contains(&t.id))
                    .cloned()
                    .collect(),
                idempotency: context.idempotency.clone(),
                answer: told.clone(),
            };
            match self.writer.write(append).await? {
                Verdict::Conflict { .. } => {}
                Verdict::Appended { sequence, position } => {
                    let position = position.unwrap_or(0);
                    return Ok(Executed {
                        answer: told,
                        sequence,
                        position,
                    });
                }
                other => return settled(other),
            }
        }
        Err(ExecuteError::Contended)
    }
}

fn settled<R: std::error::Error>(verdict: Verdict) -> Result<Executed, ExecuteError<R>> {
    match verdict {
        Verdict::Repeated {
            answer,
            sequence,
            position,
        } => Ok(Executed {
            answer,
            sequence,
            position,
        }),
        _ => Err(ExecuteError::KeyReused),
    }
}

/// What the key was answered before: [`Verdict::Repeated`] or [`Verdict::KeyReused`]; `None` for a new key.
///
/// # Errors
/// When the database fails.
pub async fn answered_before(
    connection: &mut PgConnection,
    organization: OrganizationId,
    idempotency: &Idempotency,
) -> Result<Option<Verdict>, sqlx::Error> {
    let row = sqlx::query(
        "select request, answer, sequence, position from idempotency_keys
          where organization_id = $1 and key = $2",
    )
    .bind(organization.0)
    .bind(&idempotency.key)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let request: Vec<u8> = row.try_get("request")?;
        if request != idempotency.request {
            return Ok(Verdict::KeyReused);
        }
        Ok(Verdict::Repeated {
            answer: row.try_get("answer")?,
            sequence: row.try_get("sequence")?,
            position: row.try_get("position")?,
        })
    })
    .transpose()
}

/// Loads an aggregate from its history; one without a history is its default at sequence 0.
///
/// # Errors
/// Outer: the database failed. Inner: an event cannot be read.
pub async fn load<A: EventSourced>(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: &str,
) -> Result<Result<Loaded<A>, UnreadableEvent>, sqlx::Error> {
    let history: Vec<RecordedEvent> = sqlx::query_as(&format!(
        "select {} from events
          where organization_id = $1 and aggregate_type = $2 and aggregate_id = $3
          order by sequence",
        RecordedEvent::COLUMNS
    ))
    .bind(organization.0)
    .bind(A::TYPE)
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(Loaded::fold(history))
}

/// The whole history of an aggregate of any organization, for those who may see all: run it as
/// the projector or the owner. Everybody else [`load`]s.
///
/// # Errors
/// When the database fails.
pub async fn history(
    projector: &mut PgConnection,
    aggregate_type: &str,
    id: &str,
) -> Result<Vec<RecordedEvent>, sqlx::Error> {
    sqlx::query_as(&format!(
        "select {} from events where aggregate_type = $1 and aggregate_id = $2 order by sequence",
        RecordedEvent::COLUMNS
    ))
    .bind(aggregate_type)
    .bind(id)
    .fetch_all(projector)
    .await
}
