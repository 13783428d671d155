//! Every error of the API as problem+json (RFC 9457), made in one place.
//!
//! What the log says and what the caller reads are two texts: a 500 shows no cause.

pub mod documented;
mod from;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::request_id;

/// An error as the caller reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem: `/problems/<name>`.
    #[schema(example = "/problems/not-found")]
    pub r#type: &'static str,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What was wrong this time, and what to do.
    pub detail: String,
    /// The request, for finding it in the logs.
    pub request_id: String,
    /// For a refused command: what would be allowed now.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub allowed: &'static [&'static str],
    #[serde(skip)]
    pub(crate) retry_after: Option<u32>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            r#type: kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            request_id: request_id::current(),
            allowed: &[],
            retry_after: None,
        }
    }

    /// 400: the request cannot be understood.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "/problems/bad-request",
            "Bad request",
            detail,
        )
    }

    /// 401: no valid key.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "/problems/unauthorized",
            "Not signed in",
            detail,
        )
    }

    /// 403: known, but not allowed.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "/problems/forbidden",
            "Not allowed",
            detail,
        )
    }

    /// 404: it does not exist, or is not yours to see.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "/problems/not-found",
            "Not found",
            format!("there is no {what} here"),
        )
    }

    /// 405: the path exists, the method does not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "/problems/method-not-allowed",
            "Method not allowed",
            "this address does not take that method: see /docs",
        )
    }

    /// 409: it cannot be so beside what there is.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "/problems/conflict",
            "Conflict",
            detail,
        )
    }

    /// 412: it changed since the caller looked.
    #[must_use]
    pub fn stale(actual: i64) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "/problems/stale",
            "Changed meanwhile",
            format!(
                "it stands at version {actual}: read it again and repeat the change with that ETag"
            ),
        )
    }

    /// 413: too big.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "/problems/too-large",
            "Too large",
            detail,
        )
    }

    /// 415: not the media type or encoding that is taken here.
    #[must_use]
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "/problems/unsupported",
            "Unsupported media type",
            detail,
        )
    }

    /// 422: understood, but a value is not allowed.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/invalid",
            "Invalid value",
            detail,
        )
    }

    /// 422: an idempotency key with another body.
    #[must_use]
    pub fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/idempotency-key-reused",
            "Idempotency key reused",
            "this Idempotency-Key came before with another request: use a new key for a new request",
        )
    }

    /// 424: an identity provider does not do its part.
    #[must_use]
    pub fn provider(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FAILED_DEPENDENCY,
            "/problems/provider",
            "Identity provider failed",
            detail,
        )
    }

    /// 429: too much at once.
    #[must_use]
    pub fn busy(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "/problems/busy",
            "Too much at once",
            detail,
        )
        .after(1)
    }

    /// 429: over a limit of so many a minute.
    #[must_use]
    pub fn limited(of: &str, limit: u32, seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "/problems/limited",
            "Too many requests",
            format!("{limit} requests a minute are let through for one {of}: come again in {seconds} seconds"),
        )
        .after(seconds)
    }

    /// 429: too many attempts failed; again in so many seconds.
    #[must_use]
    pub fn attempts(detail: impl Into<String>, seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "/problems/attempts",
            "Too many attempts",
            detail,
        )
        .after(seconds)
    }

    /// 501: HTTP has it, BugSage does not.
    #[must_use]
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "/problems/not-implemented",
            "Not implemented",
            detail,
        )
    }

    /// 503: something BugSage needs is away.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "/problems/unavailable",
            "Not available",
            detail,
        )
        .after(5)
    }

    /// 500: a fault of ours. The cause goes to the log alone.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "/problems/internal",
            "Internal error",
            "something went wrong on our side; the log has the cause under this request id",
        )
    }

    const fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        tracing::debug!(
            status = self.status,
            kind = self.r#type,
            detail = self.detail,
            "problem"
        );
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
