//! What browsers are told: which pages may read an answer, and that they do nothing else with it.

use std::time::Duration;

use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::settings::Settings;
use crate::{errors, idempotency, limits, min_position, request_id};

/// How long a browser need not ask again what a page may send.
const PREFLIGHT: Duration = Duration::from_secs(24 * 60 * 60);
/// An answer is data: nothing in it is loaded, run, sent or framed.
const DATA: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The page at `/docs` has its scripts and styles beside it, and pictures within them.
const PAGE: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Guards an answer of the REST API: nobody keeps it, and no page shows or embeds it.
pub(crate) fn data<B>(mut answer: Response<B>) -> Response<B> {
    let headers = answer.headers_mut();
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::CONTENT_SECURITY_POLICY, DATA);
    frameless(headers);
    answer
}

/// Guards the page at `/docs`.
pub(crate) fn page<B>(mut answer: Response<B>) -> Response<B> {
    let headers = answer.headers_mut();
    set(headers, header::CONTENT_SECURITY_POLICY, PAGE);
    frameless(headers);
    answer
}

fn frameless(headers: &mut HeaderMap) {
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    let same_origin = HeaderName::from_static("cross-origin-opener-policy");
    set(headers, same_origin, "same-origin");
}

/// What every answer says, those of ingest too: it is what its type says, and (`hsts`) that the way
/// here is https.
pub(crate) fn any<B>(mut answer: Response<B>, hsts: Option<&HeaderValue>) -> Response<B> {
    let headers = answer.headers_mut();
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(hsts) = hsts {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    answer
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The value of `Strict-Transport-Security`, where the outside comes by https.
pub(crate) fn hsts(settings: &Settings) -> Option<HeaderValue> {
    let days = settings.network.hsts_days;
    let is_https = settings.server.public_url.starts_with("https://");
    let seconds = u64::from(days) * 24 * 60 * 60;
    let value = HeaderValue::from_str(&format!("max-age={seconds}")).ok();
    value.filter(|_| is_https && days > 0)
}

/// Lets the pages that are configured use the REST API, with the cookies that a browser sends along:
/// none, if there are none. Ingest has rules of its own.
pub(crate) fn cors(settings: &Settings) -> CorsLayer {
    let origins = settings.network.cors_origins.iter().cloned();
    let name = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            request_id::HEADER,
            name(idempotency::HEADER),
            name(min_position::HEADER),
            name("x-bugsage-organization"),
            name("x-bugsage-project"),
            name("x-csrf-token"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            request_id::HEADER,
            name(errors::POSITION),
            limits::STANDING,
            limits::POLICY,
        ])
        .max_age(PREFLIGHT)
}
