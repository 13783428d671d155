//! The names under which the service is asked: of another, such as one that leads here by a forged
//! record of the DNS, it knows nothing.

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::ingest::answer::Rejection;
use crate::ingest::cors::is_ingest;
use crate::problem::Problem;
use crate::state::App;

/// Refuses a request to any host but those that are configured; to all if none is.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let trusted = &app.settings.network.trusted_hosts;
    if trusted.is_empty() || host(&request).is_some_and(|host| trusted.contains(&host)) {
        return next.run(request).await;
    }
    let told = "this service does not answer under that host name";
    if is_ingest(request.uri().path()) {
        return Rejection::new(StatusCode::BAD_REQUEST, "host", told).into_response();
    }
    Problem::bad_request(told).into_response()
}

/// The host that is asked, in lower case and without its port: in the address, as HTTP/2 has it, or
/// in the one header.
fn host(request: &Request) -> Option<String> {
    let named = match request.uri().authority() {
        Some(authority) => authority.clone(),
        None => {
            let mut lines = request.headers().get_all(header::HOST).iter();
            let (Some(line), None) = (lines.next(), lines.next()) else {
                return None;
            };
            line.to_str().ok()?.parse::<Authority>().ok()?
        }
    };
    Some(named.host().to_ascii_lowercase())
}
