//! What tells a worker of jobs: messages of NATS, or the rows themselves. Either is only an offer: the
//! row decides whether there is something to do.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::{AckKind, Message};
use bugsage_event_store::subscription::Wake;
use futures::StreamExt;
use tokio::time::Instant;
use uuid::Uuid;

use crate::jetstream::{self, JetStreamError};
use crate::job::Priority;
use crate::queue::Queue;

/// How long one request for messages stands.
const PULL: Duration = Duration::from_secs(20);
/// Pause between tries to reach JetStream.
const PAUSE: Duration = Duration::from_secs(2);
/// The shortest pause before a message comes again whose job is in other hands.
const SOON: Duration = Duration::from_millis(250);

/// There may be something to do.
pub(crate) struct Offer(Option<Message>);

impl Offer {
    /// The job that was announced by it. What is taken is whichever is next: messages stand in the order
    /// in which they were sent, and one organization's job may be behind ten thousand of another's.
    fn job(&self) -> Option<Uuid> {
        // A message that holds no id is about a job that is not there.
        let id = |message: &Message| Uuid::try_parse_ascii(&message.payload).unwrap_or_default();
        self.0.as_ref().map(id)
    }

    /// The row now says all there is to say.
    pub(crate) async fn settle(&self) {
        self.tell(AckKind::Ack).await;
    }

    /// Somebody is at it: the message need not come again yet.
    pub(crate) async fn in_progress(&self) {
        self.tell(AckKind::Progress).await;
    }

    /// There was no job to take: the message comes again when its own may be, if ever.
    pub(crate) async fn refuse(&self, queue: &Queue) {
        let Some(id) = self.job() else { return };
        match queue.due_in(id).await {
            Ok(None) => self.settle().await,
            Ok(Some(pause)) => self.tell(AckKind::Nak(Some(pause.max(SOON)))).await,
            Err(error) => tracing::debug!(%error, "the message will come again"),
        }
    }

    async fn tell(&self, kind: AckKind) {
        if let Some(message) = &self.0
            && let Err(error) = message.ack_with(kind).await
        {
            tracing::debug!(%error, "NATS will send the message again");
        }
    }
}

/// Where offers of one kind of job come from.
pub(crate) struct Offers {
    kind: &'static str,
    nats: Option<Client>,
    lease: Duration,
    poll: Duration,
    wake: Wake,
    /// One for each priority, in their order, while NATS serves.
    streams: Option<Vec<pull::Stream>>,
    try_at: Instant,
    /// The last look at the rows found nothing.
    idle: bool,
    /// When they are looked at again, however many messages come: a job whose message is lost is no
    /// later for them.
    look_at: Instant,
}

impl Offers {
    pub(crate) fn new(
        kind: &'static str,
        nats: Option<Client>,
        (lease, poll): (Duration, Duration),
        wake: Wake,
    ) -> Self {
        Self {
            kind,
            lease,
            poll,
            wake,
            streams: None,
            try_at: Instant::now(),
            // Where messages come, they come first.
            idle: nats.is_some(),
            look_at: Instant::now() + poll,
            nats,
        }
    }

    /// The last offer came to nothing.
    pub(crate) fn found_nothing(&mut self) {
        self.idle = true;
    }

    /// The next offer. While NATS serves, rows are looked at once in a while, and as long as something is
    /// found where no message comes: for what it lost.
    pub(crate) async fn next(&mut self) -> Offer {
        loop {
            self.connect().await;
            let Some(streams) = &mut self.streams else {
                if std::mem::take(&mut self.idle) {
                    self.wake.wait().await;
                }
                return Offer(None);
            };
            let now = Instant::now();
            if self.look_at <= now {
                self.look_at = now + self.poll;
                self.idle = false;
                return Offer(None);
            }
            let next_look = if self.idle { self.look_at } else { now };
            tokio::select! {
                biased;
                message = first(streams) => match message {
                    Some(message) => return Offer(Some(message)),
                    None => self.streams = None,
                },
                () = tokio::time::sleep_until(next_look) => {
                    self.idle = false;
                    return Offer(None);
                }
            }
        }
    }

    async fn connect(&mut self) {
        let Some(client) = &self.nats else { return };
        if client.connection_state() != State::Connected {
            self.streams = None;
            return;
        }
        if self.streams.is_some() || self.try_at > Instant::now() {
            return;
        }
        match open(client, self.kind, self.lease).await {
            Ok(streams) => self.streams = Some(streams),
            Err(error) => tracing::warn!(kind = self.kind, %error, "jobs go on without NATS"),
        }
        self.try_at = Instant::now() + PAUSE;
    }
}

async fn open(
    client: &Client,
    kind: &str,
    lease: Duration,
) -> Result<Vec<pull::Stream>, JetStreamError> {
    let jobs = jetstream::jobs(client).await?;
    let mut streams = Vec::new();
    for priority in Priority::ALL {
        let consumer = jetstream::consumer(&jobs, kind, priority, lease).await?;
        // One at a time: what waits in this process others cannot take.
        let stream = consumer
            .stream()
            .max_messages_per_batch(1)
            .expires(PULL)
            .heartbeat(PULL / 4)
            .messages();
        streams.push(
            stream
                .await
                .map_err(|error| JetStreamError::Failed(Box::new(error)))?,
        );
    }
    Ok(streams)
}

/// The first message that is there, by priority; `None` when a stream broke.
async fn first(streams: &mut [pull::Stream]) -> Option<Message> {
    poll_fn(|cx| {
        for stream in streams.iter_mut() {
            match stream.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(message))) => return Poll::Ready(Some(message)),
                Poll::Ready(Some(Err(error))) => {
                    tracing::debug!(%error, "a stream of jobs broke");
                    return Poll::Ready(None);
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {}
            }
        }
        Poll::Pending
    })
    .await
}
