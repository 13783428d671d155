//! The executor: decide from memory and append; else load, look the key up, decide, append, and
//! again after a conflict.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;

use crate::append::{Append, Idempotency, NewText, Verdict};
use crate::connect::tenant;
use crate::event::Metadata;
use crate::load::{answered_before, load};
use crate::sourced::{EventSourced, Loaded, UnreadableEvent, new_events, replace_nul};
use crate::states::States;
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
///
/// It remembers where the aggregates it lately decided on stand (16 MiB of them, see [`States`]), so
/// that most commands read nothing. Another process may have written since, so a command is decided
/// from memory once and only an append, which proves the memory right, is told to the caller, be it
/// one of no events that an idempotency key remembers; whatever else comes of it is decided again
/// from the history.
#[derive(Debug, Clone)]
pub struct Executor {
    app: PgPool,
    writer: Writer,
    states: States,
}

impl Executor {
    /// Over the pool of the app role and its writer.
    #[must_use]
    pub fn new(app: PgPool, writer: Writer) -> Self {
        Self {
            app,
            writer,
            states: States::new(),
        }
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
        answer: impl Fn(&A, i64) -> T + Send + Sync,
    ) -> Result<Executed, ExecuteError<A::Error>>
    where
        A: EventSourced,
        A::Command: Clone,
        T: Serialize,
    {
        let organization = context.metadata.organization_id;
        // Of which nothing is known may be new: then it need not be looked for.
        let known = self.states.get::<A>(organization, id).unwrap_or_default();
        if let Ok(proposal) = propose(id, &known, command.clone(), &context, &answer)
            && !proposal.is_empty()
            && let Some(executed) = self.settle(proposal).await?
        {
            return Ok(executed);
        }
        for _ in 0..TRIES {
            let loaded = match self.load::<A>(id, &context).await? {
                Found::Answered(before) => return settled(before),
                Found::State(loaded) => loaded,
            };
            let proposal = propose(id, &loaded, command.clone(), &context, &answer)?;
            if proposal.is_empty() {
                return Ok(Executed {
                    answer: proposal.append.answer,
                    sequence: loaded.sequence,
                    position: 0,
                });
            }
            if let Some(executed) = self.settle(proposal).await? {
                return Ok(executed);
            }
        }
        Err(ExecuteError::Contended)
    }

    /// Reads the aggregate, and what the command's key was answered if it came before.
    async fn load<A: EventSourced>(
        &self,
        id: &str,
        context: &CommandContext,
    ) -> Result<Found<A>, ExecuteError<A::Error>> {
        let organization = context.metadata.organization_id;
        let mut transaction = tenant(&self.app, organization).await?;
        let loaded = load::<A>(&mut transaction, organization, id).await?;
        // After the load: where that saw what the same key did, this sees its answer.
        if let Some(idempotency) = &context.idempotency
            && let Some(before) =
                answered_before(&mut transaction, organization, idempotency).await?
        {
            return Ok(Found::Answered(before));
        }
        transaction.rollback().await?;
        let loaded = Arc::new(loaded?);
        self.states.put(organization, id, &loaded);
        Ok(Found::State(loaded))
    }

    /// Appends what was decided; `None` where others were faster.
    async fn settle<A: EventSourced>(
        &self,
        proposal: Proposal<A>,
    ) -> Result<Option<Executed>, ExecuteError<A::Error>> {
        let Proposal { append, after } = proposal;
        let organization = append.metadata.organization_id;
        let (id, told) = (append.aggregate_id.clone(), append.answer.clone());
        match self.writer.write(append).await? {
            Verdict::Conflict { .. } => {
                self.states.forget::<A>(organization, &id);
                Ok(None)
            }
            Verdict::Appended { sequence, position } => {
                self.states.put(organization, &id, &Arc::new(after));
                Ok(Some(Executed {
                    answer: told,
                    sequence,
                    position: position.unwrap_or(0),
                }))
            }
            other => settled(other).map(Some),
        }
    }
}

/// What stands in the store.
enum Found<A> {
    /// The key came before.
    Answered(Verdict),
    /// Where the aggregate stands.
    State(Arc<Loaded<A>>),
}

/// What a command comes to on a state, and the state after it.
struct Proposal<A> {
    append: Append,
    after: Loaded<A>,
}

impl<A> Proposal<A> {
    /// There is nothing to write, not even an answer to remember.
    const fn is_empty(&self) -> bool {
        self.append.events.is_empty() && self.append.idempotency.is_none()
    }
}

fn propose<A: EventSourced, T: Serialize>(
    id: &str,
    loaded: &Loaded<A>,
    command: A::Command,
    context: &CommandContext,
    answer: impl Fn(&A, i64) -> T,
) -> Result<Proposal<A>, ExecuteError<A::Error>> {
    let sequence = loaded.sequence;
    if context.if_match.is_some_and(|seen| seen != sequence) {
        return Err(ExecuteError::Stale { actual: sequence });
    }
    let events = loaded
        .state
        .decide(command)
        .map_err(ExecuteError::Refused)?;
    let stored = new_events(&events)?;
    // Read back: what is remembered is what a load would find, and what cannot be read is not written.
    let mut after = loaded.clone();
    for event in &stored {
        let payload = event.payload.clone();
        let event = A::decode(&event.event_type, &event.event_version, payload)?;
        after.state.apply(event);
        after.sequence += 1;
    }
    let mut told = serde_json::to_value(answer(&after.state, after.sequence))?;
    replace_nul(&mut told);
    let needed = A::text_ids(&events);
    let append = Append {
        aggregate_type: A::TYPE,
        aggregate_id: id.to_owned(),
        expected: sequence,
        effect: after.state.effect(&events),
        events: stored,
        metadata: context.metadata.clone(),
        texts: context
            .texts
            .iter()
            .filter(|text| needed.contains(&text.id))
            .cloned()
            .collect(),
        idempotency: context.idempotency.clone(),
        answer: told,
    };
    Ok(Proposal { append, after })
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
