//! The span of a request, which continues the trace of its caller.

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use bugsage_event_store::spans::{self, Span};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;

use crate::metrics::known;

/// Begins it. The address itself may hold anything, so only the route is told.
pub(crate) fn span(request: &Request, request_id: &str) -> Span {
    if !spans::are_collected() {
        return Span::NONE;
    }
    let headers = HeaderExtractor(request.headers());
    let _caller = TraceContextPropagator::new().extract(&headers).attach();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(|route| route.as_str().to_owned());
    spans::span("request", |mut span| {
        span.name = name(request.method(), route.as_deref()).into();
        let attributes = [
            KeyValue::new("http.request.method", known(request.method())),
            KeyValue::new("request_id", request_id.to_owned()),
        ];
        let route = route.map(|route| KeyValue::new("http.route", route));
        span.with_kind(SpanKind::Server)
            .with_attributes(attributes.into_iter().chain(route))
    })
}

/// Tells how it ended, from within.
pub(crate) fn answered(status: StatusCode) {
    spans::note(|| KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if spans::are_collected() && status.is_server_error() {
        Context::map_current(|context| context.span().set_status(Status::error("")));
    }
}

fn name(method: &Method, route: Option<&str>) -> String {
    match route {
        Some(route) => format!("{} {route}", known(method)),
        None => known(method).to_owned(),
    }
}
