//! What an SDK is told: a status, a reason its debug log shows, and CORS for browsers.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{RefOr, Response as Described};
use utoipa::{IntoResponses, ToSchema};

use crate::problem::documented::described;

/// Characters of a reason in a header: it may hold what the sender wrote.
const REASON_MAX: usize = 300;
/// Seconds after which an SDK may try again.
const RETRY_AFTER: u32 = 1;

/// What was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The id of the first event, 32 hex digits; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Why nothing was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rejection {
    /// What was wrong and what to do.
    pub detail: String,
    /// The same in parts.
    pub causes: Vec<String>,
    #[serde(skip)]
    status: u16,
    #[serde(skip)]
    reason: &'static str,
    /// Of a key's own limit: when to come again, in seconds.
    #[serde(skip)]
    wait: Option<u32>,
}

impl Rejection {
    /// A rejection; `reason` labels the metric.
    #[must_use]
    pub fn new(status: StatusCode, reason: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            causes: vec![detail.clone()],
            detail,
            status: status.as_u16(),
            reason,
            wait: None,
        }
    }

    /// A key's own limit is reached.
    #[must_use]
    pub fn limited(limit: u32, wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(1);
        let detail = format!(
            "this sentry_key may send {limit} occurrences a minute: come again in {seconds} seconds"
        );
        Self {
            wait: u32::try_from(seconds).ok(),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "limited", detail)
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        metrics::counter!("bugsage_ingest_rejected_requests_total", "reason" => self.reason)
            .increment(1);
        tracing::debug!(
            reason = self.reason,
            detail = self.detail,
            "ingest rejected"
        );
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let visible: String = self
            .detail
            .chars()
            .take(REASON_MAX)
            .map(|c| if (' '..='~').contains(&c) { c } else { '?' })
            .collect();
        let (wait, scope) = match self.wait {
            Some(wait) => (wait, "key:limited"),
            None => (RETRY_AFTER, "organization:busy"),
        };
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&visible) {
            headers.insert("x-sentry-error", value);
        }
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            // An empty list of categories means all; without this header SDKs are silent for a minute.
            let limits = format!("{wait}::{scope}");
            if let Ok(value) = HeaderValue::from_str(&limits) {
                headers.insert("x-sentry-rate-limits", value);
            }
        }
        response
    }
}

impl IntoResponses for Rejection {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        [
            (
                400,
                "Broken framing, JSON or compression, or nested too deep",
            ),
            (403, "No key, a wrong one, or another project's"),
            (413, "Too large"),
            (415, "An unknown Content-Encoding"),
            (
                429,
                "Too much at once, or over the limit of the key; see Retry-After and X-Sentry-Rate-Limits",
            ),
            (500, "A fault of ours; the log has the cause"),
            (
                503,
                "The database does not answer; sent again, an event id is stored once",
            ),
        ]
        .map(|(status, meaning)| described(status, meaning, "Rejection", "application/json"))
        .into()
    }
}
