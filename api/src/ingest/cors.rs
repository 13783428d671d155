//! Lets browsers read every answer of ingest, errors included.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers preflights, and allows every origin to read what is answered.
pub async fn layer(request: Request, next: Next) -> Response {
    if !is_ingest(request.uri().path()) {
        return next.run(request).await;
    }
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        StatusCode::OK.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set("access-control-allow-origin", "*");
    set(
        "access-control-expose-headers",
        "X-Sentry-Error, X-Sentry-Rate-Limits, Retry-After, X-Request-Id",
    );
    if preflight {
        set("access-control-allow-methods", "POST, OPTIONS");
        set(
            "access-control-allow-headers",
            "Content-Type, Content-Encoding, X-Sentry-Auth, X-Requested-With, Authorization, Origin, Accept, sentry-trace, baggage",
        );
        set("access-control-max-age", "86400");
    }
    response
}

/// Whether SDKs send there: `…/api/<number>/…`, also where the address is not one of ours.
pub(crate) fn is_ingest(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.any(|part| part == "api")
        && parts.next().is_some_and(|project| {
            !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit())
        })
}
