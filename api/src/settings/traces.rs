//! Where traces go, and how many.

use std::collections::HashMap;

use axum::http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::reader::{Name, Reader};
use super::{Secret, address};

/// `[traces]`: off without an endpoint. The variables are those of every OpenTelemetry program; what
/// others do there (`OTEL_BSP_…`, `OTEL_RESOURCE_ATTRIBUTES`) they do here.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: where a collector takes OTLP over HTTP, such as
    /// `http://localhost:4318`; `/v1/traces` is added. None: no traces.
    pub endpoint: Option<String>,
    /// `OTEL_EXPORTER_OTLP_HEADERS`: headers for the collector, such as its key, as
    /// `name=value,name=value` with values percent-encoded. None.
    pub headers: Option<Secret>,
    /// `OTEL_SERVICE_NAME`: the name of the service in its traces. `bugsage`.
    pub service_name: String,
    /// `OTEL_TRACES_SAMPLER_ARG`: the share of requests that are traced, 0 to 1, where the caller
    /// has not decided it. 1.
    pub sample_ratio: f64,
}

impl Traces {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let name = Name::new("traces.endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT");
        let endpoint = reader.text(name, "");
        if !endpoint.is_empty() {
            address::checked(reader, name, &endpoint);
        }
        let name = Name::new("traces.headers", "OTEL_EXPORTER_OTLP_HEADERS");
        let headers = reader.secret(name);
        if headers.as_ref().is_some_and(|all| parse(all).is_none()) {
            reader.wrong(name, "is no list such as name=value,name=value");
        }
        let service_name = reader.text(
            Name::new("traces.service_name", "OTEL_SERVICE_NAME"),
            "bugsage",
        );
        let name = Name::new("traces.sample_ratio", "OTEL_TRACES_SAMPLER_ARG");
        let sample_ratio = reader.parsed(name, 1.0, "a number from 0 to 1");
        if !(0.0..=1.0).contains(&sample_ratio) {
            reader.wrong(name, "must be from 0 to 1");
        }
        Self {
            endpoint: (!endpoint.is_empty())
                .then(|| format!("{}/v1/traces", endpoint.trim_end_matches('/'))),
            headers,
            service_name,
            sample_ratio,
        }
    }

    /// The headers by name; not to be shown.
    #[must_use]
    pub fn headers(&self) -> HashMap<String, String> {
        self.headers.as_ref().and_then(parse).unwrap_or_default()
    }
}

fn parse(all: &Secret) -> Option<HashMap<String, String>> {
    let pairs = all.expose().split(',').map(str::trim);
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let (name, value) = (name.trim().to_owned(), value.into_owned());
            let good = HeaderName::try_from(&name).is_ok() && HeaderValue::try_from(&value).is_ok();
            good.then_some((name, value))
        })
        .collect()
}
