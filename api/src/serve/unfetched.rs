//! Answers that nobody fetches: so many bytes of them at once, and each for so long.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Response;
use axum::response::IntoResponse;
use http_body_util::BodyExt;

use super::activity::{Activity, Waiting};
use crate::in_flight::{Held, InFlight};
use crate::problem::Problem;
use crate::request_id;

/// An answer with fewer bytes is not counted.
const SMALL: usize = 16 * 1024;

/// A part of an answer. What is counted goes with the bytes themselves: the last part may leave the
/// body long before it leaves the process.
struct Part {
    bytes: Bytes,
    _counted: Arc<(Held, Waiting)>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Counts an answer among those that wait, or gives one that says that there is no room for it.
pub(super) fn counted(
    answer: Response<Body>,
    room: &InFlight,
    activity: &Arc<Activity>,
) -> Response<Body> {
    let bytes = answer.body().size_hint().exact();
    let bytes = bytes.map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if bytes < SMALL {
        return answer;
    }
    let Ok(held) = room.hold(bytes) else {
        return busy(&answer);
    };
    let counted = Arc::new((held, activity.wait()));
    let part = move |bytes| {
        let _counted = Arc::clone(&counted);
        Bytes::from_owner(Part { bytes, _counted })
    };
    answer.map(|body| Body::new(body.map_frame(move |frame| frame.map_data(&part))))
}

fn busy(refused: &Response<Body>) -> Response<Body> {
    let problem = "too many answers wait to be fetched; try again in a moment";
    let mut answer = Problem::unavailable(problem).into_response();
    let id = refused.headers().get(request_id::HEADER);
    let id = id.map(|id| (request_id::HEADER, id.clone()));
    answer.headers_mut().extend(id);
    answer
}
