//! How a body comes over HTTP/1: in chunks, or not (RFC 9112, 6.1).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Refuses a body in any coding but one `chunked`. A list that ends otherwise is refused before
/// it comes here; of one that ends so, the coding before would be left in the body, and a proxy
/// that undoes both would see the next request begin elsewhere.
pub(crate) async fn around<F: Future<Output = Response>>(
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if is_plain(request.headers()) {
        return next(request).await;
    }
    let problem = Problem::not_implemented("Transfer-Encoding: chunked is taken, once and alone");
    let mut response = problem.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn is_plain(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    }
}
