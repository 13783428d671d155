//! Answers that are errors, and answers that break.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::{Value, json};

use super::Step;

/// Whose errors are imitated.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
}

impl Dialect {
    fn request_id(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::OpenAi => "x-request-id",
            Self::Anthropic => "request-id",
        })
    }

    fn error(self, kind: &str, code: &str, message: &str) -> Value {
        match self {
            Self::OpenAi => json!({
                "error": { "message": message, "type": kind, "param": null, "code": code },
            }),
            Self::Anthropic => json!({
                "type": "error",
                "error": { "type": kind, "message": message, "details": { "error_code": code } },
            }),
        }
    }

    /// An answer with its id.
    pub(super) fn respond(self, number: usize, status: StatusCode, body: &Value) -> Response {
        let json = (header::CONTENT_TYPE, "application/json");
        let response = (status, [json], body.to_string()).into_response();
        self.identified(number, response)
    }

    fn identified(self, number: usize, mut response: Response) -> Response {
        let id = HeaderValue::try_from(format!("req-{number}"));
        response
            .headers_mut()
            .extend(id.map(|id| (self.request_id(), id)));
        response
    }

    /// It refuses the way it is asked.
    pub(super) fn refuses_format(self, number: usize) -> Response {
        let message = match self {
            Self::OpenAi => {
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported"
            }
            Self::Anthropic => "'output_config.format' is not supported by this model",
        };
        let body = self.error("invalid_request_error", "invalid", message);
        self.respond(number, StatusCode::BAD_REQUEST, &body)
    }

    /// The answer of a step that is no answer of a model. `key` is what came with the request.
    pub(super) fn fault(self, step: &Step, number: usize, key: Option<&str>) -> Option<Response> {
        let (status, kind, code, message) = match step {
            Step::RateLimited(_) => (429, "rate_limit_error", "rate_limit_exceeded", "too many"),
            Step::Overloaded => (529, "overloaded_error", "overloaded", "Overloaded"),
            Step::Quota if self == Self::OpenAi => {
                (429, "insufficient_quota", "insufficient_quota", "no quota")
            }
            Step::Quota => (
                429,
                "rate_limit_error",
                "enforced_spend_limit_reached",
                "spend limit",
            ),
            Step::Broken(status) => (*status, "api_error", "internal", "it broke"),
            Step::Unauthorized => (
                401,
                "authentication_error",
                "invalid_api_key",
                "wrong key: ",
            ),
            Step::BadRequest => (400, "invalid_request_error", "invalid", "no such parameter"),
            Step::MalformedJson => return Some(self.broken(number, "{\"id\":\"1\",", true)),
            Step::CutOff => return Some(self.broken(number, "{\"id\":\"1\",", false)),
            _ => return None,
        };
        let message = match step {
            Step::Unauthorized => format!("{message}{}", key.unwrap_or("none")),
            _ => message.to_owned(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.error(kind, code, &message);
        let mut response = self.respond(number, status, &body);
        if let Step::RateLimited(Some(seconds)) = step {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        Some(response)
    }

    /// The beginning of a body, and then its end or that of the connection.
    fn broken(self, number: usize, begun: &'static str, is_ended: bool) -> Response {
        let begun = Ok(Bytes::from_static(begun.as_bytes()));
        let broken = Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let parts = match is_ended {
            true => vec![begun],
            false => vec![begun, broken],
        };
        let json = (header::CONTENT_TYPE, "application/json");
        let response = ([json], Body::from_stream(stream::iter(parts))).into_response();
        self.identified(number, response)
    }
}
