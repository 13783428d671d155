//! `/api/v1/errors`: reading errors and changing them.

pub mod analyses;
pub mod analyze;
pub mod body;
pub mod bulk;
pub mod bulk_ingest;
pub mod change;
pub mod create;
pub mod fields;
pub mod list;
pub mod read;
pub mod report;
mod submission;
pub mod verbs;
pub mod written;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bugsage_commands::access::members;
use bugsage_domain::error::{ASSIGNEE_MAX, TAG_MAX};
use bugsage_domain::scrub::{Rules, scrub_text};
use bugsage_event_store::Executed;
use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};

use crate::access::Caller;
use crate::problem::Problem;
use crate::state::App;
use fields::Tag;

/// The header that says which position a write reached.
pub const POSITION: &str = "x-bugsage-position";

/// Path parameters whose faults are answered as problems.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // An id that is none cannot exist: the same answer as for one that does not.
        let Path(path) = Path::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found("such thing"))?;
        Ok(Self(path))
    }
}

/// Query parameters whose faults are answered as problems.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // No text that is stored holds a NUL, and PostgreSQL refuses to be asked for one.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::bad_request("a parameter holds a NUL character"));
        }
        Ok(Self(Query::from_request_parts(parts, state).await?.0))
    }
}

/// A moment as RFC 3339 writes it, with four digits of a year: PostgreSQL cannot hold every other.
pub(crate) fn moment<'de, D: Deserializer<'de>>(
    field: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let at = Option::<DateTime<Utc>>::deserialize(field)?;
    if at.is_some_and(|at| !(1..=9999).contains(&at.year())) {
        return Err(D::Error::custom("a time has a year from 0001 to 9999"));
    }
    Ok(at)
}

/// A short text, which events keep for ever, without secrets. What stands in their place may be
/// longer than they were, so it is cut again; a text that was too long stays so, to be refused.
pub(crate) fn clean(text: &str, max: usize, rules: &Rules) -> String {
    let max = text.chars().count().max(max);
    scrub_text(text, rules).chars().take(max).collect()
}

/// Who looks after an error, as events keep it: a member by id, for their address must be erasable, and
/// else the text without secrets. An address of nobody here stays: it is how a colleague is named.
pub(crate) async fn assignee(app: &App, caller: &Caller, who: &str) -> Result<String, Problem> {
    if let Some(member) = members::named(&app.database, caller.organization(), who).await? {
        return Ok(member);
    }
    let secrets_alone = Rules {
        emails: false,
        ip_addresses: false,
        extra_keys: Vec::new(),
    };
    Ok(clean(who, ASSIGNEE_MAX, &secrets_alone))
}

/// Tags without secrets.
pub(crate) fn clean_tags(tags: &[Tag], rules: &Rules) -> Vec<String> {
    tags.iter().map(|tag| clean(tag, TAG_MAX, rules)).collect()
}

/// The version a caller has seen, from `If-Match: "3"`.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_start_matches("W/")
        .trim_matches('"')
        .parse()
        .map(Some)
        .map_err(|_| Problem::bad_request("If-Match takes an ETag as it was given, e.g. \"3\""))
}

/// An answer with its version as ETag.
pub(crate) fn with_etag<T: Serialize>(version: i64, body: T) -> Response {
    let mut response = Json(body).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// The answer to a command: what was told, its version and the position reached.
pub(crate) fn written(executed: Executed) -> Response {
    at_position(
        executed.position,
        with_etag(executed.sequence, executed.answer),
    )
}

/// An answer that says which position its write reached.
pub(crate) fn at_position(position: i64, answer: impl IntoResponse) -> Response {
    ([(POSITION, HeaderValue::from(position))], answer).into_response()
}
