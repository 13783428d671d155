//! `bugsage projects …`: what each project keeps and for how long.

use std::process::ExitCode;

use bugsage_api::projects::{self, Change};
use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::clock::Clock;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Projects {
    /// All projects with their settings, as JSON lines.
    List,
    /// Change settings of one project; what is left out stays. Services follow within seconds.
    Set {
        /// The project's number, as its DSN ends.
        project: i64,
        #[command(flatten)]
        change: Change,
    },
}

pub(crate) async fn run(settings: &Settings, command: Projects) -> Result<ExitCode, Failure> {
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        1,
    )?;
    versions::check(&owner).await?;
    match command {
        Projects::List => {
            for project in projects::list(&owner).await? {
                say(serde_json::to_string(&project)?);
            }
        }
        Projects::Set { project, change } => {
            let changed = projects::set(&owner, project, &change, Clock::default().now()).await?;
            let changed = changed.ok_or_else(|| format!("there is no project {project}"))?;
            say(serde_json::to_string(&changed)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}
