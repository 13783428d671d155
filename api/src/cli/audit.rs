//! `bugsage audit …`: what happened around access.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::audit;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Failure, record, say};

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
    tell(&owner, organization).await?;
    let mut unwritable = None;
    audit::export(&owner, organization, |record| {
        match serde_json::to_string(&record) {
            Ok(line) => say(line),
            Err(error) => unwritable = Some(error),
        }
    })
    .await?;
    if let Some(error) = unwritable {
        return Err(error.into());
    }
    Ok(ExitCode::SUCCESS)
}

/// Before anything is read, so that an export which is broken off is told too: in each log it reads.
async fn tell(owner: &PgPool, one: Option<OrganizationId>) -> Result<(), sqlx::Error> {
    let told: Vec<Uuid> = match one {
        Some(one) => vec![one.0],
        None => {
            let all = sqlx::query_scalar("select organization_id from organizations");
            let all = all.fetch_all(owner).await?;
            record(
                owner,
                None,
                ("audit.exported", "installation".to_owned()),
                None,
            )
            .await?;
            all
        }
    };
    for id in told {
        let exported = ("audit.exported", format!("organization:{id}"));
        record(owner, Some(OrganizationId(id)), exported, None).await?;
    }
    Ok(())
}
