//! Refusals in the audit log. One that repeats is told once a minute, so that a program which tries
//! again and again does not fill it.

use std::time::Duration;

use axum::http::request::Parts;
use bugsage_commands::audit::{self, Origin, Record};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::in_time;
use moka::sync::Cache;
use serde_json::json;

use crate::state::App;
use crate::{address, request_id};

/// How long the same refusal is not told again.
const QUIET: Duration = Duration::from_secs(60);
/// Refusals remembered at once.
const ENTRIES: u64 = 10_000;
/// Bytes of an address's path in a record.
const PATH_MAX: usize = 200;

/// The refusals told lately. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Refusals(Cache<String, ()>);

impl Default for Refusals {
    fn default() -> Self {
        let told = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(QUIET)
            .build();
        Self(told)
    }
}

/// Tells the audit log of an organization that somebody was refused, and why. The refusal stands
/// whether or not it can be told.
pub(super) async fn tell(
    app: &App,
    parts: &Parts,
    organization: OrganizationId,
    actor: String,
    why: &str,
) {
    let told = &app.access.refusals.0;
    let (method, path) = (&parts.method, parts.uri.path());
    let fresh = told.entry(format!("{organization} {actor} {method} {why}"));
    if !fresh.or_insert(()).is_fresh() {
        return;
    }
    let path: String = path.chars().take(PATH_MAX).collect();
    let origin = Origin {
        actor,
        address: address::of(&parts.extensions),
        request_id: request_id::current(),
    };
    let record = Record {
        organization: Some(organization),
        user: None,
        at: app.clock.now(),
        action: "access.refused",
        subject: format!("{method} {path}"),
        before: None,
        after: Some(json!({ "why": why })),
    };
    let recorded = in_time(async {
        let mut connection = app.database.acquire().await?;
        audit::record(&mut connection, &origin, record).await
    });
    if let Err(error) = recorded.await {
        tracing::error!(%error, "a refusal is not in the audit log");
    }
}
