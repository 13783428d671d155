//! What each error of the layers below is to an SDK.

use axum::http::StatusCode;
use bugsage_commands::ingest::{IngestError, Unpreparable};
use bugsage_commands::intake::auth::AuthError;
use bugsage_commands::intake::envelope::EnvelopeError;
use bugsage_commands::intake::inflate::InflateError;
use bugsage_commands::intake::store::StoreError;
use bugsage_domain::scrub::Refused;

use super::answer::Rejection;
use super::body::Unusable;
use crate::in_flight::Unread;

impl From<AuthError> for Rejection {
    fn from(error: AuthError) -> Self {
        Self::new(StatusCode::FORBIDDEN, "auth", error.to_string())
    }
}

impl From<Unusable> for Rejection {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Unread(error) => error.into(),
            Unusable::Inflate(error) => error.into(),
        }
    }
}

impl From<Unread> for Rejection {
    fn from(error: Unread) -> Self {
        let (status, reason) = match &error {
            Unread::NoRoom => (StatusCode::TOO_MANY_REQUESTS, "bytes_in_flight"),
            Unread::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "compressed_size"),
            Unread::Broken(_) => (StatusCode::BAD_REQUEST, "broken_body"),
        };
        Self::new(status, reason, error.to_string())
    }
}

impl From<InflateError> for Rejection {
    fn from(error: InflateError) -> Self {
        let (status, reason) = match &error {
            InflateError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "decompressed_size"),
            InflateError::UnknownEncoding { .. } | InflateError::TooManyEncodings { .. } => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding")
            }
            InflateError::Corrupt { .. } => (StatusCode::BAD_REQUEST, "encoding"),
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
            StoreError::Inflate(error) => error.into(),
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
