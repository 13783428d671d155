//! What an SDK is told: a status, a reason its debug log shows, and CORS for browsers.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bugsage_commands::ingest::{IngestError, Unpreparable};
use bugsage_commands::intake::auth::AuthError;
use bugsage_commands::intake::envelope::EnvelopeError;
use bugsage_commands::intake::inflate::InflateError;
use bugsage_commands::intake::store::StoreError;
use bugsage_domain::scrub::Refused;
use serde::Serialize;
use utoipa::openapi::{RefOr, Response as Described};
use utoipa::{IntoResponses, ToSchema};

use super::body::Unread;
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
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&visible) {
            headers.insert("x-sentry-error", value);
        }
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            // An empty list of categories means all; without this header SDKs are silent for a minute.
            let limits = format!("{RETRY_AFTER}::organization:busy");
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
                "Too much at once; see Retry-After and X-Sentry-Rate-Limits",
            ),
            (500, "A fault of ours; the log has the cause"),
            (503, "The database does not answer; nothing was stored"),
        ]
        .map(|(status, meaning)| described(status, meaning, "Rejection", "application/json"))
        .into()
    }
}

impl From<AuthError> for Rejection {
    fn from(error: AuthError) -> Self {
        Self::new(StatusCode::FORBIDDEN, "auth", error.to_string())
    }
}

impl From<Unread> for Rejection {
    fn from(error: Unread) -> Self {
        let (status, reason) = match &error {
            Unread::NoRoom => (StatusCode::TOO_MANY_REQUESTS, "bytes_in_flight"),
            Unread::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "compressed_size"),
            Unread::Broken(_) => (StatusCode::BAD_REQUEST, "broken_body"),
            Unread::Inflate(InflateError::TooLarge { .. }) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "decompressed_size")
            }
            Unread::Inflate(
                InflateError::UnknownEncoding { .. } | InflateError::TooManyEncodings { .. },
            ) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding"),
            Unread::Inflate(InflateError::Corrupt { .. }) => (StatusCode::BAD_REQUEST, "encoding"),
        };
        Self::new(status, reason, error.to_string())
    }
}

impl From<EnvelopeError> for Rejection {
    fn from(error: EnvelopeError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "framing", error.to_string())
    }
}

impl From<Unpreparable> for Rejection {
    fn from(error: Unpreparable) -> Self {
        let (status, reason) = match &error {
            Unpreparable::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "event_size"),
            Unpreparable::Refused(Refused::TooDeep { .. }) => (StatusCode::BAD_REQUEST, "depth"),
            Unpreparable::Refused(_) | Unpreparable::NotAnEvent(_) => {
                (StatusCode::BAD_REQUEST, "json")
            }
            Unpreparable::Compression(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        Self::new(status, reason, error.to_string())
    }
}

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Inflate(error) => Unread::Inflate(error).into(),
            other => Self::new(StatusCode::BAD_REQUEST, "json", other.to_string()),
        }
    }
}

impl From<IngestError> for Rejection {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Full => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "queue", error.to_string())
            }
            IngestError::Unavailable | IngestError::KeyReused => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database",
                error.to_string(),
            ),
            IngestError::Failed(cause) => {
                tracing::error!(cause, "an occurrence could not be stored");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "the occurrence could not be stored; the log has the cause",
                )
            }
        }
    }
}
