//! The way to the collector.

use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is told that traces are lost.
const TELLING: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_types, reason = "an adapter to the outside")]
type Http = reqwest::Client;

/// Sends on the runtime of the service what the thread of the exporter hands it, without trying
/// again: a trace that is late is worth less than the next. Goes straight to the collector, by no
/// proxy and no redirect, so the headers reach nobody else.
#[derive(Debug)]
pub(super) struct Collector {
    http: Http,
    runtime: Handle,
    told: Mutex<Option<Instant>>,
}

impl Collector {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let http = Http::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            http,
            runtime: Handle::current(),
            told: Mutex::new(None),
        })
    }

    /// Logs why traces are lost, unless that was told a moment ago.
    fn tell(&self, reason: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TELLING) {
            *told = Some(Instant::now());
            tracing::warn!(
                reason,
                "the collector does not take traces: they are dropped; told once a minute"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sending = self
            .runtime
            .spawn(async move { http.send_bytes(request).await });
        let sent = sending.await?; // nobody is told that the service ends
        match &sent {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => self.tell(&format!("it answers {}", answer.status())),
            Err(error) => self.tell(&innermost(error.as_ref())),
        }
        sent
    }
}

/// The cause below all others: what is above it names the address and no more.
fn innermost(mut error: &(dyn Error + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
