//! Tells others of every domain event, in order, at least once, by `bugsage.events.…`.
//!
//! Where it goes on stands in the stream itself: its last message. Each message is accepted only where
//! it follows the one before (`Nats-Expected-Last-Sequence`), so neither a lost message nor a second
//! relay can leave a gap that the last message hides.

use std::time::Duration;

use async_nats::Client;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::Stream;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{self, Wake};
use futures::future::try_join_all;
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::jetstream::{JetStreamError, events};

/// Events published at once.
const BATCH: i64 = 256;
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    JetStream(#[from] JetStreamError),
    #[error("a message was not taken: {0}")]
    Publish(#[from] jetstream::context::PublishError),
    #[error("NATS failed: {0}")]
    Nats(Box<dyn std::error::Error + Send + Sync>),
    #[error(
        "the last message of the stream bugsage-events is none of ours ({0:?}): purge the stream"
    )]
    Foreign(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("an event cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Where the stream stands.
struct Last {
    sequence: u64,
    position: i64,
}

/// Relays until `stop`.
pub(crate) async fn run(projector: PgPool, client: Client, wake: Wake, stop: CancellationToken) {
    let failing = metrics::gauge!("bugsage_relay_failing");
    while !stop.is_cancelled() {
        let relayed = follow(&projector, &client, wake.clone(), &failing);
        let Some(Err(error)) = stop.run_until_cancelled(relayed).await else {
            return;
        };
        match &error {
            // Another node was faster: go on behind it.
            RelayError::Publish(refused)
                if refused.kind() == jetstream::context::PublishErrorKind::WrongLastSequence => {}
            error => {
                failing.set(1.0);
                tracing::warn!(%error, "domain events are relayed later");
                stop.run_until_cancelled(sleep(PAUSE)).await;
            }
        }
    }
}

/// Goes on where the stream ends, until something fails.
async fn follow(
    projector: &PgPool,
    client: &Client,
    mut wake: Wake,
    failing: &metrics::Gauge,
) -> Result<(), RelayError> {
    let store: Uuid = sqlx::query_scalar("select store_id()")
        .fetch_one(projector)
        .await?;
    let context = jetstream::new(client.clone());
    let mut last = last(&events(client).await?, store).await?;
    loop {
        let mut connection = projector.acquire().await?;
        let batch = subscription::after(&mut connection, last.position, BATCH).await?;
        drop(connection);
        failing.set(0.0);
        if batch.is_empty() {
            wake.wait().await;
            continue;
        }
        let mut sent = Vec::with_capacity(batch.len());
        for event in &batch {
            let message = PublishMessage::build()
                .payload(serde_json::to_vec(event)?.into())
                .message_id(format!("{store}:{}", event.position))
                .expected_last_sequence(last.sequence);
            let acknowledged = context.send_publish(subject(event), message).await?;
            sent.push(acknowledged.into_future());
            last = Last {
                sequence: last.sequence + 1,
                position: event.position,
            };
        }
        try_join_all(sent).await?;
    }
}

fn subject(event: &RecordedEvent) -> String {
    let RecordedEvent {
        organization_id,
        aggregate_type,
        event_type,
        ..
    } = event;
    format!("bugsage.events.{organization_id}.{aggregate_type}.{event_type}")
}

/// The last message; of an empty stream the beginning of everything.
async fn last(stream: &Stream, store: Uuid) -> Result<Last, RelayError> {
    let state = &stream.cached_info().state;
    let sequence = state.last_sequence;
    if state.messages == 0 {
        return Ok(Last {
            sequence,
            position: 0,
        });
    }
    let message = stream
        .get_raw_message(sequence)
        .await
        .map_err(|error| RelayError::Nats(Box::new(error)))?;
    let id = message.headers.get(NATS_MESSAGE_ID);
    let id = id.map(|id| id.as_str()).unwrap_or_default();
    let position = id.strip_prefix(&format!("{store}:"));
    let position = position.and_then(|position| position.parse().ok());
    let position = position.ok_or_else(|| RelayError::Foreign(id.to_owned()))?;
    Ok(Last { sequence, position })
}
