//! `bugsage keys …`: the keys that seal secrets, and those that sign access tokens.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::clock::Clock;
use bugsage_commands::people::signing;
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
    /// Sign access tokens with a new key. It signs in a minute, when every node knows it; the one
    /// before is believed for another quarter of an hour, so that nobody notices. As the owner.
    Rotate {
        /// The old key may be known to somebody: drop it now. Everybody refreshes their tokens.
        #[arg(long)]
        at_once: bool,
    },
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

/// A JSON line with the new key and when it takes over.
pub(crate) async fn rotate(settings: &Settings, at_once: bool) -> Result<ExitCode, Failure> {
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        1,
    )?;
    versions::check(&owner).await?;
    let algorithm = settings.people.token_algorithm;
    let (clock, sealer) = (Clock::default(), &settings.seal.sealer);
    let rotated = signing::rotate(&owner, &clock, sealer, algorithm, at_once).await?;
    say(json!({
        "key": rotated.key_id, "algorithm": algorithm.name(),
        "signs_from": rotated.signs_from, "the_one_before_ends_at": rotated.ends_at,
    }));
    Ok(ExitCode::SUCCESS)
}
