//! `bugsage audit …`: what happened around access.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::audit::{self, Origin, Record};
use bugsage_commands::clock::Clock;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;
use serde_json::json;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Every record as a JSON line, oldest first; that it was exported is a record too.
    Export {
        /// Of this organization alone.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
}

pub(crate) async fn run(settings: &Settings, command: Audit) -> Result<ExitCode, Failure> {
    let Audit::Export { organization } = command;
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        2,
    )?;
    versions::check(&owner).await?;
    let mut unwritable = None;
    let count = audit::export(&owner, organization, |record| {
        match serde_json::to_string(&record) {
            Ok(line) => say(line),
            Err(error) => unwritable = Some(error),
        }
    })
    .await?;
    if let Some(error) = unwritable {
        return Err(error.into());
    }
    let origin = Origin {
        actor: "system".to_owned(),
        ..Origin::default()
    };
    let exported = Record {
        organization,
        user: None,
        at: Clock::default().now(),
        action: "audit.exported",
        subject: organization.map_or_else(
            || "installation".to_owned(),
            |organization| format!("organization:{organization}"),
        ),
        before: None,
        after: Some(json!({ "records": count })),
    };
    audit::record(&mut *owner.acquire().await?, &origin, exported).await?;
    Ok(ExitCode::SUCCESS)
}
