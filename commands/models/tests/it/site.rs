//! What the tests share: a server, a provider that leads to it, a question, a clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bugsage_models::scripted::{Behaviour, Script, Scripted, Step, Takes};
use bugsage_models::{
    Attempt, Chain, Config, Key, Kind, Limit, Pace, Price, Provider, Request, Rest, Retry, Schema,
};
use serde_json::json;

pub(crate) const KEY: &str = "sk-nobody-may-see-this";

/// More than any call takes.
pub(crate) const PLENTY: Limit = Limit {
    tokens: 1_000_000,
    micro_dollars: 1_000_000_000,
    time: Duration::from_secs(3_600),
};

pub(crate) async fn server(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let script = Script::once(steps);
    let behaviour = Behaviour {
        script,
        ..Behaviour::default()
    };
    Scripted::start(behaviour).await.unwrap()
}

pub(crate) async fn server_that_takes(takes: Takes) -> Scripted {
    let behaviour = Behaviour {
        takes,
        ..Behaviour::default()
    };
    Scripted::start(behaviour).await.unwrap()
}

pub(crate) fn provider(kind: Kind, server: &Scripted) -> Provider {
    Provider {
        name: "first".to_owned(),
        kind,
        base_url: server.url(),
        key: Some(Key::from(KEY.to_owned())),
        model: "sage-1".to_owned(),
        price: Price {
            input: 2_500_000,
            output: 10_000_000,
        },
        concurrency: 8,
        timeout: Duration::from_secs(30),
    }
}

pub(crate) fn schema() -> Schema {
    let schema = json!({
        "type": "object",
        "properties": {
            "category": { "type": "string", "enum": ["timeout", "null_reference"] },
            "confidence": { "type": "number" },
            "why": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["category", "confidence", "why"],
        "additionalProperties": false,
    });
    Schema::new(schema).unwrap()
}

pub(crate) fn request() -> Request {
    Request {
        system: "Say why it happened.".to_owned(),
        user: "TimeoutError: no answer in 30 s (a timeout)\n  at fetch (src/http.js:10)".to_owned(),
        schema: schema(),
        schema_name: "analysis".to_owned(),
        max_tokens: 500,
        again: None,
    }
}

/// A chain over servers, named first, second, third, and its clock.
pub(crate) fn chain(servers: &[&Scripted]) -> (Chain, Arc<Manual>) {
    chain_with(servers, Rest::default(), |_| {})
}

pub(crate) fn chain_with(
    servers: &[&Scripted],
    rest: Rest,
    change: impl Fn(&mut Provider),
) -> (Chain, Arc<Manual>) {
    let providers = servers.iter().zip(["first", "second", "third"]);
    let providers = providers.map(|(server, name)| {
        let mut provider = provider(Kind::OpenAi, server);
        provider.name = name.to_owned();
        change(&mut provider);
        provider
    });
    let config = Config {
        providers: providers.collect(),
        retry: Retry::default(),
        rest,
    };
    let pace = Arc::new(Manual::default());
    let chain = Chain::new(&config, Arc::clone(&pace) as Arc<dyn Pace>);
    (chain.unwrap(), pace)
}

/// Waits until so many requests are under way at a server.
pub(crate) async fn under_way(server: &Scripted, count: usize) {
    let patience = Duration::from_secs(10);
    let reached = tokio::time::timeout(patience, server.has_under_way(count)).await;
    assert!(reached.is_ok(), "never are {count} under way");
}

/// What was tried, as words: `first answered`.
pub(crate) fn told(attempts: &[Attempt]) -> Vec<String> {
    let told = attempts.iter();
    let told = told.map(|attempt| format!("{} {}", attempt.provider, attempt.outcome.word()));
    told.collect()
}

/// A clock that stands still. Who pauses moves it, and does not wait.
#[derive(Debug, Default)]
pub(crate) struct Manual {
    now: Mutex<Duration>,
    pauses: Mutex<Vec<Duration>>,
}

impl Manual {
    pub(crate) fn advance(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

#[async_trait]
impl Pace for Manual {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    async fn pause(&self, time: Duration) {
        self.pauses.lock().unwrap().push(time);
        self.advance(time);
    }

    fn chance(&self) -> f64 {
        1.0
    }
}
