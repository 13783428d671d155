//! Traces for an OpenTelemetry collector, where one is configured.
//!
//! Finished spans (see [`spans`]) wait for a thread that sends them. What does not fit into its
//! queue is dropped, and nothing else ever waits for it.

mod collector;
mod request;

use std::time::Duration;

use bugsage_event_store::spans;
use opentelemetry::KeyValue;
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use crate::settings;
use collector::Collector;
pub(crate) use request::{answered, span};

/// How long the last traces may take to be sent when the service stops.
const GRACE: Duration = Duration::from_secs(2);

/// What sends traces, until it is stopped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent as [traces] says: {0}")]
pub struct Untraceable(String);

impl Traces {
    /// Begins to trace, once a process; `None` where that is not wanted. The runtime it is
    /// called in does the sending.
    ///
    /// # Errors
    /// When there can be no HTTP client; a collector that is away is no error.
    pub fn start(settings: &settings::Traces) -> Result<Option<Self>, Untraceable> {
        let Some(endpoint) = &settings.endpoint else {
            return Ok(None);
        };
        let told = |error: &dyn std::error::Error| Untraceable(error.to_string());
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new().map_err(|error| told(&error))?)
            .with_endpoint(endpoint)
            .with_headers(settings.headers())
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .map_err(|error| told(&error))?;
        let share = Sampler::TraceIdRatioBased(settings.sample_ratio);
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(resource)
            .build();
        spans::collect(BoxedTracer::new(Box::new(provider.tracer("bugsage"))));
        Ok(Some(Self(provider)))
    }

    /// Sends what waits, for two seconds at most.
    pub async fn stop(self) {
        // It waits for its thread, which waits for this runtime.
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(GRACE));
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent in time");
        }
    }
}
