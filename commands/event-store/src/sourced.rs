//! What an aggregate must offer to be kept here, and the one place where events are read.

use bugsage_domain::ids::TextId;
use cqrs_es::Aggregate;
use serde_json::Value;

use crate::append::NewEvent;
use crate::event::RecordedEvent;

/// A stored event that today's code cannot read.
#[derive(Debug, thiserror::Error)]
#[error("event {event_type} {event_version} cannot be read: {reason}")]
pub struct UnreadableEvent {
    /// Its type.
    pub event_type: String,
    /// The version it was written in.
    pub event_version: String,
    /// What is wrong with it.
    pub reason: String,
}

/// An aggregate whose events are kept in the store.
///
/// To add one: implement this beside the aggregate's name in this crate, with `decode`
/// calling its upcasters; give it an `effect` only if tables other than `events` decide too.
pub trait EventSourced: Aggregate<Services = ()> + Clone + 'static {
    /// Decides, without changing anything.
    ///
    /// # Errors
    /// The aggregate's refusal.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// Reads a stored event of any version: the only decoder there is.
    ///
    /// # Errors
    /// [`UnreadableEvent`] for a type, version or payload nobody wrote.
    fn decode(
        event_type: &str,
        event_version: &str,
        payload: Value,
    ) -> Result<Self::Event, UnreadableEvent>;

    /// What must change in the write-side tables with these events; `self` has applied them.
    /// See `apply_error_effect` in the migrations.
    fn effect(&self, _events: &[Self::Event]) -> Option<Value> {
        None
    }

    /// The erasable texts that these events refer to and that must be written with them.
    fn text_ids(_events: &[Self::Event]) -> Vec<TextId> {
        Vec::new()
    }
}

/// What of a stored event a fold asks for: its sequence, type, version and payload.
pub type Past = (i64, String, String, Value);

impl From<RecordedEvent> for Past {
    fn from(event: RecordedEvent) -> Self {
        (
            event.sequence,
            event.event_type,
            event.event_version,
            event.payload,
        )
    }
}

/// An aggregate and the sequence it stands at; by default one of which nothing happened yet.
#[derive(Debug, Clone, Default)]
pub struct Loaded<A> {
    /// The state.
    pub state: A,
    /// The sequence of its last event; 0 if it has none.
    pub sequence: i64,
}

impl<A: EventSourced> Loaded<A> {
    /// Folds a history.
    ///
    /// # Errors
    /// [`UnreadableEvent`] for the first event that cannot be decoded.
    pub fn fold(
        history: impl IntoIterator<Item = impl Into<Past>>,
    ) -> Result<Self, UnreadableEvent> {
        let mut loaded = Self {
            state: A::default(),
            sequence: 0,
        };
        for event in history {
            let (sequence, event_type, event_version, payload) = event.into();
            let event = A::decode(&event_type, &event_version, payload)?;
            loaded.state.apply(event);
            loaded.sequence = sequence;
        }
        Ok(loaded)
    }
}

/// Events as they will be stored, with NUL replaced: `jsonb` refuses it and would fail the whole batch.
///
/// # Errors
/// When an event cannot be written as JSON.
pub fn new_events<E: cqrs_es::DomainEvent>(
    events: &[E],
) -> Result<Vec<NewEvent>, serde_json::Error> {
    events
        .iter()
        .map(|event| {
            let mut payload = serde_json::to_value(event)?;
            replace_nul(&mut payload);
            Ok(NewEvent {
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload,
            })
        })
        .collect()
}

/// Replaces NUL by U+FFFD in every text and key.
pub(crate) fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(fields) => {
            if fields.keys().any(|key| key.contains('\0')) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{fffd}"), value))
                    .collect();
            }
            fields.values_mut().for_each(replace_nul);
        }
        _ => {}
    }
}
