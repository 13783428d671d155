//! The two streams and their consumers, as asked for and as NATS keeps them. An old server leaves out
//! settings it does not know without a word, so what it answers is compared with what was asked.

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, Context, ErrorCode};

use crate::job::Priority;

const JOBS: &str = "bugsage-jobs";
const EVENTS: &str = "bugsage-events";
const MEBIBYTE: i64 = 1 << 20;

/// Why a stream or a consumer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JetStreamError {
    /// NATS failed.
    #[error("JetStream cannot be used: {0}")]
    Failed(Box<dyn std::error::Error + Send + Sync>),
    /// It keeps it in another way.
    #[error(
        "NATS keeps {name} with another {what} than BugSage asked for: use NATS 2.10 or newer, or delete \
         {name}, which is made anew"
    )]
    Differs {
        /// The stream or consumer.
        name: String,
        /// What of it.
        what: &'static str,
    },
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> JetStreamError {
    JetStreamError::Failed(Box::new(error))
}

/// The subject of a kind and priority of jobs.
pub(crate) fn subject(kind: &str, priority: Priority) -> String {
    format!("bugsage.jobs.{kind}.{}", priority.as_str())
}

/// Ids of jobs, each until somebody acknowledges it. Rows are the truth: what is lost here, or left over
/// for a week, loses nothing.
pub(crate) async fn jobs(client: &Client) -> Result<Stream, JetStreamError> {
    let asked = Config {
        name: JOBS.to_owned(),
        subjects: vec!["bugsage.jobs.*.*".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_bytes: 64 * MEBIBYTE,
        max_age: Duration::from_secs(7 * 24 * 3600),
        ..common()
    };
    stream(client, asked).await
}

/// Domain events for others to follow, the oldest dropped first. Without an age: the last one says how
/// far the relay is, so it must stay.
pub(crate) async fn events(client: &Client) -> Result<Stream, JetStreamError> {
    let asked = Config {
        name: EVENTS.to_owned(),
        subjects: vec!["bugsage.events.>".to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_bytes: 256 * MEBIBYTE,
        ..common()
    };
    stream(client, asked).await
}

fn common() -> Config {
    Config {
        storage: StorageType::File,
        duplicate_window: Duration::from_secs(120),
        num_replicas: 1,
        ..Config::default()
    }
}

async fn stream(client: &Client, mut asked: Config) -> Result<Stream, JetStreamError> {
    let context: Context = jetstream::new(client.clone());
    match context.get_stream(&asked.name).await {
        Ok(found) => {
            // How many copies there are is the operator's to say.
            asked.num_replicas = found.cached_info().config.num_replicas;
            if let Some(what) = difference(&asked, &found.cached_info().config)
                && let Err(error) = context.update_stream(&asked).await
            {
                tracing::warn!(name = asked.name, what, %error, "a stream cannot be brought up to date");
            }
        }
        Err(error) if is_missing(&error.kind()) => {
            context.create_stream(&asked).await.map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    let kept = context.get_stream(&asked.name).await.map_err(failed)?;
    match difference(&asked, &kept.cached_info().config) {
        Some(what) => Err(JetStreamError::Differs {
            name: asked.name,
            what,
        }),
        None => Ok(kept),
    }
}

fn is_missing(kind: &GetStreamErrorKind) -> bool {
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn difference(asked: &Config, kept: &Config) -> Option<&'static str> {
    let alike = [
        ("subjects", asked.subjects == kept.subjects),
        ("retention", asked.retention == kept.retention),
        ("discard", asked.discard == kept.discard),
        ("storage", asked.storage == kept.storage),
        ("max_bytes", asked.max_bytes == kept.max_bytes),
        ("max_age", asked.max_age == kept.max_age),
        (
            "duplicate_window",
            asked.duplicate_window == kept.duplicate_window,
        ),
    ];
    alike
        .into_iter()
        .find_map(|(what, alike)| (!alike).then_some(what))
}

/// The durable consumer of a kind and priority, which all workers share. A message that nobody
/// acknowledges comes again after a lease, then after twice and four times as long.
pub(crate) async fn consumer(
    jobs: &Stream,
    kind: &str,
    priority: Priority,
    lease: Duration,
) -> Result<PullConsumer, JetStreamError> {
    let name = format!("{kind}-{}", priority.as_str());
    let asked = pull::Config {
        durable_name: Some(name.clone()),
        filter_subject: subject(kind, priority),
        ack_policy: AckPolicy::Explicit,
        ack_wait: lease,
        backoff: vec![lease, lease * 2, lease * 4],
        ..pull::Config::default()
    };
    // Creates it, or brings one that is there up to date.
    let mut consumer: PullConsumer = jobs.create_consumer(asked.clone()).await.map_err(failed)?;
    let kept = &consumer.info().await.map_err(failed)?.config;
    let alike = [
        (
            "filter_subject",
            asked.filter_subject == kept.filter_subject,
        ),
        ("ack_policy", asked.ack_policy == kept.ack_policy),
        ("ack_wait", asked.ack_wait == kept.ack_wait),
        ("backoff", asked.backoff == kept.backoff),
    ];
    match alike.into_iter().find(|(_, alike)| !alike) {
        Some((what, _)) => Err(JetStreamError::Differs { name, what }),
        None => Ok(consumer),
    }
}
