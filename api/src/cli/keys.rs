//! `bugsage keys …`: the keys that seal secrets.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::clock::Clock;
use bugsage_commands::seal;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;
use serde_json::json;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Print a new key, for the front of BUGSAGE_SEAL_KEYS; its name is the day.
    New,
    /// Seal anew, with the first key, what the others sealed; then they may go. As the owner.
    Reseal,
}

/// Needs no settings.
pub(crate) fn new() -> Result<ExitCode, Failure> {
    let name = Clock::default().now().format("%Y-%m-%d").to_string();
    say(seal::new_key(&name)?);
    Ok(ExitCode::SUCCESS)
}

/// A JSON line with how many were done, then one for each that does not open: exit code 1.
pub(crate) async fn reseal(settings: &Settings) -> Result<ExitCode, Failure> {
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        1,
    )?;
    versions::check(&owner).await?;
    let sealer = &settings.seal.sealer;
    let resealed = seal::reseal(&owner, sealer, Clock::default().now()).await?;
    say(json!({"key": sealer.key_id(), "resealed": resealed.done}));
    for (id, error) in &resealed.unopened {
        say(json!({"secret": id, "unopened": error.to_string()}));
    }
    Ok(match resealed.unopened.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
