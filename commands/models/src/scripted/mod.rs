//! A model server that answers, and fails, as a script says: for tests, and for whoever wants to see
//! the product at work without a model.
//!
//! It speaks OpenAI's chat and embeddings and Anthropic's messages over real HTTP. Without a script
//! it answers everything, with what it makes of the schema and the prompt.

mod anthropic;
mod asked;
mod desk;
mod fault;
mod openai;
mod plausible;
mod step;
mod vectors;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub use asked::Asked;
pub use plausible::answer as plausible;
pub use step::{Script, Step, UnknownStep};

use desk::Desk;

/// Makes the answer to what is asked.
pub type Answer = Arc<dyn Fn(&Asked) -> Value + Send + Sync>;

/// How a server behaves.
#[derive(Clone)]
pub struct Behaviour {
    /// What it does with one request after the other.
    pub script: Script,
    /// Which ways of asking it takes.
    pub takes: Takes,
    /// How it answers.
    pub answer: Answer,
    /// How long it takes for each answer.
    pub latency: Duration,
    /// Numbers of a vector, where the request does not say.
    pub dimensions: usize,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            script: Script::default(),
            takes: Takes::Everything,
            answer: Arc::new(plausible),
            latency: Duration::ZERO,
            dimensions: 256,
        }
    }
}

/// Which ways of asking a server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// All.
    Everything,
    /// It refuses schemas: as older llama.cpp, and older models of OpenAI and Anthropic.
    NoSchema,
    /// It refuses to be told a format at all.
    NoFormat,
    /// It takes schemas, and does not care: as some servers do where they cannot make a grammar.
    SchemaIgnored,
}

/// A server that runs until it is dropped.
pub struct Scripted {
    desk: Arc<Desk>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Starts on a port of this machine that is free.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(behaviour: Behaviour) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Self::on(listener, behaviour)
    }

    /// Starts on a listener.
    ///
    /// # Errors
    /// When that has no address.
    pub fn on(listener: TcpListener, behaviour: Behaviour) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk::new(behaviour));
        let router = router(Arc::clone(&desk));
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the scripted model server ended");
            }
        });
        Ok(Self {
            desk,
            address,
            task,
        })
    }

    /// Its base, for [`crate::Provider::base_url`].
    #[must_use]
    pub fn url(&self) -> Url {
        let url = format!("http://{}/v1", self.address);
        url.parse()
            .unwrap_or_else(|fault| unreachable!("{url} is an address: {fault}"))
    }

    /// Adds to its script.
    pub fn then(&self, steps: impl IntoIterator<Item = Step>) {
        self.desk.then(steps);
    }

    /// What it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.desk.asked()
    }

    /// The most requests that were under way at once.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.desk.most_at_once()
    }

    /// Waits until so many requests are under way.
    pub async fn has_under_way(&self, count: usize) {
        self.desk.has_under_way(count).await;
    }

    /// Lets so many requests go that are [`Step::Held`], now or later.
    pub fn release(&self, count: usize) {
        self.desk.release(count);
    }

    /// Runs until the server ends, which it does when the listener fails.
    pub async fn ended(mut self) {
        _ = (&mut self.task).await;
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(openai::chat))
        .route("/v1/embeddings", post(vectors::embeddings))
        .route("/v1/messages", post(anthropic::messages))
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(desk)
}
