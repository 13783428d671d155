//! The JSON bodies of the REST API.

use std::time::Duration;

use axum::Json;
use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::{Version, header};
use serde::de::DeserializeOwned;

use crate::in_flight::{Held, PATIENCE};
use crate::problem::Problem;
use crate::state::App;

/// Bytes of a usual body.
const USUAL_MAX: usize = 2 * 1024 * 1024;
/// A body is held as it came, in parts, and as what is made of them.
const COPIES: usize = 3;

/// A JSON body of at most `MAX` bytes, whose faults are answered as problems. Its bytes count
/// among those in flight until [`Held`] is dropped.
pub struct Body<T, const MAX: usize = USUAL_MAX>(pub T, pub Held);

impl<T: DeserializeOwned, const MAX: usize> FromRequest<App> for Body<T, MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let needs_none = has_no_body(&request);
        let (parts, body) = request.into_parts();
        let (bytes, held) = app
            .in_flight
            .read(&parts.headers, body, MAX, COPIES, patience(app, MAX))
            .await?;
        // A command that needs no more than its address may come without a body.
        if needs_none {
            return serde_json::from_str("{}")
                .map(|value| Self(value, held))
                .map_err(|error| Problem::invalid(error.to_string()));
        }
        let is_list = bytes.trim_ascii_start().first() == Some(&b'[');
        let request = Request::from_parts(parts, bytes.into());
        let Json(value) = Json::from_request(request, app).await?;
        // It would be read as the values of the fields.
        if is_list {
            return Err(Problem::invalid("the body is an object, not a list"));
        }
        Ok(Self(value, held))
    }
}

/// How long a body may take as a whole: what may be larger has as much longer.
fn patience(app: &App, max: usize) -> Duration {
    let share = u32::try_from(max.div_ceil(USUAL_MAX)).unwrap_or(u32::MAX);
    PATIENCE.min(app.settings.server.body * share)
}

/// Neither a body nor a word about one. Asked of the head where a layer hides the body's end.
fn has_no_body(request: &Request) -> bool {
    let headers = request.headers();
    let announces_none = request.version() < Version::HTTP_2
        && !headers.contains_key(header::TRANSFER_ENCODING)
        && headers
            .get(header::CONTENT_LENGTH)
            .is_none_or(|length| length == "0");
    !headers.contains_key(header::CONTENT_TYPE)
        && (announces_none || request.body().is_end_stream())
}
