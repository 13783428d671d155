//! Gives the ids of jobs that are due to NATS.

use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, Context};
use bugsage_event_store::in_time;
use bugsage_event_store::subscription::Wake;
use futures::future::try_join_all;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::jetstream::subject;
use crate::queue::{Due, Queue};

/// Ids given at once.
const BATCH: i32 = 200;
/// Pause after a failure: workers find the rows meanwhile.
const PAUSE: Duration = Duration::from_secs(2);

/// Announces until `stop`. Several nodes may: each job is given by one.
pub(crate) async fn run(queue: Queue, client: Client, mut wake: Wake, stop: CancellationToken) {
    let context = jetstream::new(client.clone());
    while !stop.is_cancelled() {
        let announced = match client.connection_state() {
            State::Connected => in_time(queue.announce(BATCH)).await,
            _ => Ok(Vec::new()),
        };
        match announced {
            Ok(due) if due.is_empty() => {
                stop.run_until_cancelled(wake.wait()).await;
            }
            Ok(due) => {
                if let Err(error) = publish(&context, &due).await {
                    tracing::warn!(%error, "jobs are not announced; workers find them later");
                    let ids: Vec<_> = due.iter().map(|due| due.id).collect();
                    // Failing this, they find them all the same.
                    in_time(queue.unannounce(&ids)).await.ok();
                    stop.run_until_cancelled(sleep(PAUSE)).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no jobs can be announced");
                stop.run_until_cancelled(sleep(PAUSE)).await;
            }
        }
    }
}

async fn publish(context: &Context, due: &[Due]) -> Result<(), PublishError> {
    let mut sent = Vec::with_capacity(due.len());
    for job in due {
        let message = PublishMessage::build()
            .payload(job.id.to_string().into())
            // How often it was taken: a retry is another message.
            .message_id(format!("{}:{}", job.id, job.lease));
        let subject = subject(&job.kind, job.priority());
        sent.push(context.send_publish(subject, message).await?.into_future());
    }
    try_join_all(sent).await.map(|_| ())
}
