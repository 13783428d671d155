//! What operators type: one file a command.

use std::io::Write;

use bugsage_commands::audit::{Origin, Record};
use bugsage_commands::clock::Clock;
use bugsage_domain::ids::OrganizationId;
use serde_json::Value;
use sqlx::PgPool;

pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod grouping;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod projections;
pub(crate) mod projects;
pub(crate) mod replay;

/// Why a command ended without doing what it should; told in one sentence.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Writes a line of what a command answers: standard output is for that alone, logs go elsewhere.
/// Who reads may stop reading (`| head`): the rest is then for nobody.
pub(crate) fn say(line: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{line}").ok();
}

/// Records what an operator does: to an organization, or to the whole installation.
pub(crate) async fn record(
    owner: &PgPool,
    organization: Option<OrganizationId>,
    (action, subject): (&str, String),
    after: Option<Value>,
) -> Result<(), sqlx::Error> {
    let record = Record {
        organization,
        user: None,
        at: Clock::default().now(),
        action,
        subject,
        before: None,
        after,
    };
    bugsage_commands::audit::record(&mut *owner.acquire().await?, &Origin::operator(), record).await
}
