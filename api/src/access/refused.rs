//! Refusals in the audit log. Of one actor's for one reason the first in a minute is told, so that a
//! program which tries again and again does not fill it.

use std::time::Duration;

use bugsage_commands::audit::{self, Origin, Record};
use bugsage_domain::ids::{OrganizationId, UserId};
use bugsage_event_store::in_time;
use moka::sync::Cache;
use serde_json::json;

use crate::state::App;

/// How long the same refusal is not told again.
const QUIET: Duration = Duration::from_secs(60);
/// Refusals remembered at once.
const ENTRIES: u64 = 10_000;
/// Characters of what is told of a request.
const SUBJECT_MAX: usize = 200;

/// The refusals told lately. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Refusals(Cache<String, ()>);

impl Default for Refusals {
    fn default() -> Self {
        let told = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(QUIET)
            .build();
        Self(told)
    }
}

/// In whose audit log a refusal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Of the organization that was acted in.
    Organization(OrganizationId),
    /// Of each organization of a person. What they asked is told to none: it may be of one's alone.
    Person(UserId),
}

/// Tells the audit log that somebody was refused, what, and why. The refusal stands whether or not it
/// can be told.
pub(crate) async fn tell(app: &App, whose: Whose, origin: Origin, what: &str, why: &str) {
    let told = &app.access.refusals.0;
    // Not by what was asked: ids are without number.
    let fresh = told.entry(format!("{whose:?} {} {why}", origin.actor));
    if !fresh.or_insert(()).is_fresh() {
        return;
    }
    let (organization, user, subject) = match whose {
        Whose::Organization(organization) => (Some(organization), None, what.to_owned()),
        Whose::Person(user) => (None, Some(user), format!("user:{user}")),
    };
    let record = Record {
        organization,
        user,
        at: app.clock.now(),
        action: "access.refused",
        subject: subject.chars().take(SUBJECT_MAX).collect(),
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
