//! The two addresses that SDKs send to.

use std::collections::HashMap;
use std::num::NonZeroU32;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use bugsage_commands::ingest::{EVENT_MAX, Outcome, Reporter, Submission, Unpreparable, prepare};
use bugsage_commands::intake::auth::{self, AuthError, Places};
use bugsage_commands::intake::{envelope, store};
use bugsage_domain::ids::EventId;
use bugsage_event_store::spans::{self, InSpan};
use opentelemetry::KeyValue;

use super::answer::{Accepted, Rejection};
use super::body;
use crate::keys::DsnKey;
use crate::request_id;
use crate::state::App;

/// Takes an envelope. A 200 promises that every event in it is durable.
#[utoipa::path(post, path = "/api/{project_id}/envelope/", tag = "ingest", security(()),
    params(("project_id" = String, Path, description = "The number at the end of the DSN")),
    request_body(content = String, content_type = "application/x-sentry-envelope"), responses(
    (status = 200, description = "Every event is durable", body = Accepted),
    Rejection,
))]
pub async fn envelope(
    State(app): State<App>,
    Addressed(project): Addressed,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Accepted>, Rejection> {
    let mut places = places(&headers, query.as_deref());
    // Where the key does not stand in the body, it is checked before the body costs anything.
    let early = match auth::sender(&places) {
        Err(AuthError::Missing) => None,
        _ => Some(authenticate(&app, &project, &places).await?),
    };
    let (bytes, _held) = body::read(&app.in_flight, &headers, body).await?;
    let parsed = envelope::parse(&bytes)?;
    places.dsn = parsed.header.dsn.as_deref();
    let key = match early {
        // The body may name another key; then neither counts.
        Some(key) => auth::sender(&places).map(|_| key)?,
        None => authenticate(&app, &project, &places).await?,
    };
    let mut events = Vec::new();
    for item in &parsed.items {
        let kind = item.kind();
        if kind.is_kept() {
            events.push(item.payload);
        } else {
            let category = kind.category();
            metrics::counter!("bugsage_ingest_items_not_kept_total", "category" => category)
                .increment(1);
        }
    }
    // The header's id can only be meant for one event.
    let envelope_id = parsed.header.event_id.filter(|_| events.len() == 1);
    metrics::counter!("bugsage_ingest_items_broken_total").increment(parsed.broken.len() as u64);
    if let (true, Some(fault)) = (parsed.items.is_empty(), parsed.broken.first()) {
        return Err(Rejection::new(
            StatusCode::BAD_REQUEST,
            "framing",
            fault.to_string(),
        ));
    }
    count(&app, &key, events.len().saturating_sub(1))?;
    take(&app, &key.reporter, &events, envelope_id.map(EventId)).await
}

/// Takes one event as JSON: the older form.
#[utoipa::path(post, path = "/api/{project_id}/store/", tag = "ingest", security(()),
    params(("project_id" = String, Path, description = "The number at the end of the DSN")),
    request_body(content = String, content_type = "application/json"), responses(
    (status = 200, description = "The event is durable", body = Accepted),
    Rejection,
))]
pub async fn store_event(
    State(app): State<App>,
    Addressed(project): Addressed,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Accepted>, Rejection> {
    let places = places(&headers, query.as_deref());
    let key = authenticate(&app, &project, &places).await?;
    let (bytes, _held) = body::read(&app.in_flight, &headers, body).await?;
    let event = store::event(&bytes, EVENT_MAX)?;
    take(&app, &key.reporter, &[&event], None).await
}

/// The project that the address names, behind a path prefix or not.
pub struct Addressed(String);

impl<S: Send + Sync> FromRequestParts<S> for Addressed {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let project = named.ok().and_then(|mut named| named.remove("project_id"));
        project.map(Self).ok_or_else(|| {
            Rejection::new(
                StatusCode::FORBIDDEN,
                "auth",
                "the address names no project",
            )
        })
    }
}

fn places<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Places<'a> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Places {
        sentry_auth: text("x-sentry-auth"),
        authorization: text("authorization"),
        query,
        dsn: None,
    }
}

async fn authenticate(app: &App, project: &str, places: &Places<'_>) -> Result<DsnKey, Rejection> {
    let sender = auth::sender(places)?;
    tracing::debug!(client = sender.client, "ingest");
    let forbidden = |detail: &str| Rejection::new(StatusCode::FORBIDDEN, "auth", detail);
    let key = app.keys.dsn(&sender.key).await.map_err(|error| {
        tracing::error!(%error, "a DSN key could not be looked up");
        Rejection::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "database",
            "the database does not answer; nothing was stored",
        )
    })?;
    let key = key.ok_or_else(|| forbidden("this sentry_key is unknown"))?;
    if !key.enabled {
        return Err(forbidden("this sentry_key is disabled"));
    }
    if project != key.reporter.project_id.to_string() {
        return Err(forbidden(
            "this sentry_key belongs to another project than the address names",
        ));
    }
    request_id::belongs_to(key.reporter.organization_id);
    count(app, &key, 1)?; // a request counts as one occurrence at least
    Ok(key)
}

/// Counts occurrences to the limit of the key, where it has one.
fn count(app: &App, key: &DsnKey, occurrences: usize) -> Result<(), Rejection> {
    let limit = key.rate_limit.and_then(NonZeroU32::new);
    let count = u32::try_from(occurrences).ok().and_then(NonZeroU32::new);
    let (Some(limit), Some(count)) = (limit, count) else {
        return Ok(());
    };
    let counted = app.limits.occurrences(key.id, limit, count);
    counted.map_err(|wait| Rejection::limited(limit.get(), wait))
}

/// Prepares and stores events. Good ones are kept beside bad ones; if all are bad, the first fault is told.
async fn take(
    app: &App,
    reporter: &Reporter,
    events: &[&[u8]],
    envelope_id: Option<EventId>,
) -> Result<Json<Accepted>, Rejection> {
    let span = spans::span("ingest.prepare", |span| {
        span.with_attributes([KeyValue::new("events", events.len() as i64)])
    });
    let preparing = prepare_all(app, reporter, events, envelope_id).in_span(span);
    let (submissions, fault) = preparing.await;
    if let (true, Some(fault)) = (submissions.is_empty(), fault) {
        return Err(fault.into());
    }
    let mut id = None;
    for stored in app.ingest.store(submissions).await? {
        let stored = stored?;
        let outcome = match stored.outcome {
            Outcome::New => "new",
            Outcome::Known => "known",
            Outcome::Duplicate => "duplicate",
        };
        metrics::counter!("bugsage_ingest_events_total", "outcome" => outcome).increment(1);
        id.get_or_insert_with(|| stored.event_id.0.simple().to_string());
    }
    Ok(Json(Accepted { id }))
}

/// The events that can be stored, and what is wrong with the first that cannot. Others get a
/// turn between two events, and a sender who goes away ends the rest.
async fn prepare_all(
    app: &App,
    reporter: &Reporter,
    events: &[&[u8]],
    envelope_id: Option<EventId>,
) -> (Vec<Submission>, Option<Unpreparable>) {
    let mut submissions = Vec::with_capacity(events.len());
    let mut fault: Option<Unpreparable> = None;
    for (number, json) in events.iter().enumerate() {
        if number > 0 {
            tokio::task::yield_now().await;
        }
        let (fallback, now) = (EventId(app.clock.new_id()), app.clock.now());
        let work = || prepare(reporter, json, envelope_id, fallback, now);
        match app.heavy.run(json.len(), work).await {
            Ok(occurrence) => {
                if occurrence.trimmed {
                    metrics::counter!("bugsage_ingest_events_trimmed_total").increment(1);
                }
                submissions.push(Submission {
                    occurrence,
                    idempotency: None,
                    request_id: request_id::current(),
                });
            }
            Err(error) => {
                metrics::counter!("bugsage_ingest_events_refused_total").increment(1);
                tracing::debug!(%error, "an event was refused");
                fault.get_or_insert(error);
            }
        }
    }
    (submissions, fault)
}
