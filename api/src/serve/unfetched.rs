//! Answers that nobody fetches: so many bytes of them at once, and each for so long.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, Request, Response, Version, header};
use axum::response::IntoResponse;
use http_body_util::BodyExt;

use super::activity::{Activity, Waiting};
use crate::in_flight::{Held, InFlight};
use crate::problem::Problem;

/// Where one answer at a time waits, as in HTTP/1, one with fewer bytes is not counted.
const SMALL: usize = 16 * 1024;

/// What of a request says how its answer is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Many answers may wait on its connection.
    is_one_of_many: bool,
    /// It only asks: to be told to try again is then no reason to do something twice.
    may_be_refused: bool,
}

impl Asked {
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        Self {
            is_one_of_many: request.version() >= Version::HTTP_2,
            // Metrics tell of what is refused.
            may_be_refused: request.method() == Method::GET && request.uri().path() != "/metrics",
        }
    }
}

/// A part of an answer. What is counted goes with the bytes themselves: the last part may leave the
/// body long before it leaves the process.
struct Part {
    bytes: Bytes,
    _counted: Arc<(Option<Held>, Waiting)>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Counts an answer among those that wait, or gives one that says that there is no room for it.
pub(super) fn counted(
    answer: Response<Body>,
    asked: Asked,
    room: &InFlight,
    activity: &Arc<Activity>,
) -> Response<Body> {
    let bytes = answer.body().size_hint().exact();
    let bytes = bytes.map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if bytes == 0 || bytes < SMALL && !asked.is_one_of_many {
        return answer;
    }
    let held = room.hold(bytes).ok();
    if held.is_none() && asked.may_be_refused {
        return busy(&answer);
    }
    let counted = Arc::new((held, activity.wait()));
    let part = move |bytes| {
        let _counted = Arc::clone(&counted);
        Bytes::from_owner(Part { bytes, _counted })
    };
    answer.map(|body| Body::new(body.map_frame(move |frame| frame.map_data(&part))))
}

/// With what every answer says, and nothing about the one that is not given.
fn busy(refused: &Response<Body>) -> Response<Body> {
    metrics::counter!("bugsage_answers_refused_total").increment(1);
    let problem = "too many answers wait to be fetched; try again in a moment";
    let mut answer = Problem::unavailable(problem).into_response();
    let about_it = [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::ETAG,
        header::LAST_MODIFIED,
    ];
    for (name, value) in refused.headers() {
        if !about_it.contains(name) && !answer.headers().contains_key(name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}
