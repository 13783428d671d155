//! A saga: pure reactions to domain events, and the runner that makes them happen.

use async_trait::async_trait;
use bugsage_domain::error::{ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::subscription::{HandlerError, Projection};
use bugsage_event_store::{ExecuteError, Executor, RecordedEvent, UnreadableEvent};
use sqlx::PgConnection;

use crate::job::{NewJob, Place, enqueue};

/// What a saga wants to happen.
#[derive(Debug, Clone)]
pub enum Step {
    /// A job, added in the transaction of the checkpoint.
    Work(NewJob),
    /// A command to an error. That it is refused is no failure: somebody else was faster.
    Command {
        /// Which error.
        error: ErrorId,
        /// What it is told. Boxed for its size.
        command: Box<ErrorCommand>,
    },
}

/// A process manager. Everything in it is pure: no clock, no chance, no reading.
///
/// It reacts to each event in the order of positions. A reaction that was broken off is repeated from its
/// first step; each step has one effect all the same, for it carries the saga's name, the event's position
/// and its own number. So the order of steps in a reaction must not depend on anything but the event.
pub trait Saga: Send + Sync + 'static {
    /// Its name, for ever: lower-case letters and `_`, and not that of a projection.
    const NAME: &'static str;
    /// What it reacts to.
    type Event: Send + Sync;
    /// What it remembers of the stream of an event: folded from those events of it that it reads. Of
    /// no size where it remembers nothing.
    type State: Default + Send + Sync;

    /// The event, if it is one that matters here.
    ///
    /// # Errors
    /// Stops this saga alone, visibly.
    fn read(&self, event: &RecordedEvent) -> Result<Option<Self::Event>, UnreadableEvent>;

    /// Folds an event into the state.
    fn apply(&self, _state: &mut Self::State, _event: &Self::Event) {}

    /// What is to happen, given what the stream was before the event.
    fn react(&self, state: &Self::State, event: &Self::Event) -> Vec<Step>;
}

/// A saga as the subscription engine runs it: in place of tables it has jobs.
pub(crate) struct Follower<S> {
    pub(crate) saga: S,
    pub(crate) executor: Executor,
}

#[async_trait]
impl<S: Saga> Projection for Follower<S> {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn version(&self) -> i32 {
        1 // Nothing of it can be built anew.
    }

    fn tables(&self) -> &'static str {
        ""
    }

    async fn apply(
        &self,
        projector: &mut PgConnection,
        recorded: &RecordedEvent,
    ) -> Result<(), HandlerError> {
        self.apply_many(projector, std::slice::from_ref(recorded))
            .await
    }

    async fn apply_many(
        &self,
        projector: &mut PgConnection,
        events: &[RecordedEvent],
    ) -> Result<(), HandlerError> {
        let mut jobs = Vec::new();
        for recorded in events {
            let Some(event) = self.saga.read(recorded)? else {
                continue;
            };
            let state = self.state_before(projector, recorded).await?;
            for (step, wanted) in self.saga.react(&state, &event).into_iter().enumerate() {
                let place = Place {
                    saga: S::NAME,
                    event: recorded,
                    step,
                };
                match wanted {
                    Step::Work(job) => jobs.push((place, job)),
                    Step::Command { error, command } => self.issue(&place, error, *command).await?,
                }
            }
        }
        Ok(enqueue(projector, &jobs).await?)
    }
}

impl<S: Saga> Follower<S> {
    async fn state_before(
        &self,
        projector: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<S::State, HandlerError> {
        let mut state = S::State::default();
        if size_of::<S::State>() == 0 || event.sequence == 1 {
            return Ok(state);
        }
        let (kind, id) = (&event.aggregate_type, &event.aggregate_id);
        let history = bugsage_event_store::history(projector, kind, id).await?;
        for earlier in history.iter().filter(|e| e.sequence < event.sequence) {
            if let Some(earlier) = self.saga.read(earlier)? {
                self.saga.apply(&mut state, &earlier);
            }
        }
        Ok(state)
    }

    /// The command commits by itself, before the checkpoint; broken off between the two it is issued
    /// again, and its key answers it.
    async fn issue(
        &self,
        place: &Place<'_>,
        error: ErrorId,
        command: ErrorCommand,
    ) -> Result<(), HandlerError> {
        let (id, context) = (error.to_string(), place.context());
        let executed = self
            .executor
            .execute::<ErrorGroup, _>(&id, command, context, |_, _| ());
        match executed.await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Refused(refusal)) => {
                let position = place.event.position;
                tracing::info!(saga = S::NAME, position, %refusal, "a command was refused");
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }
}
