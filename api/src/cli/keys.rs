//! `bugsage keys …`: the keys that seal secrets, and those that access tokens are signed with.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::clock::Clock;
use bugsage_commands::people::signing;
use bugsage_commands::seal;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;
use serde_json::json;
use sqlx::PgPool;

use super::{Failure, record, say};

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Print a new key, for the front of BUGSAGE_SEAL_KEYS; its name is the day.
    New,
    /// Seal anew, with the first key, what the others sealed; then they may go. As the owner.
    Reseal,
    /// Make a new key that signs access tokens. It signs in a minute, when every node knows it;
    /// the one before is believed for another quarter of an hour, so that nobody notices.
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

pub(crate) async fn run(settings: &Settings, command: Keys) -> Result<ExitCode, Failure> {
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        1,
    )?;
    versions::check(&owner).await?;
    match command {
        Keys::New => new(),
        Keys::Reseal => reseal(settings, &owner).await,
        Keys::Rotate { at_once } => rotate(settings, &owner, at_once).await,
    }
}

/// A JSON line with how many were done, then one for each that does not open: exit code 1.
async fn reseal(settings: &Settings, owner: &PgPool) -> Result<ExitCode, Failure> {
    let sealer = &settings.seal.sealer;
    let resealed = seal::reseal(owner, sealer, Clock::default().now()).await?;
    let done = json!({"key": sealer.key_id(), "resealed": resealed.done});
    let what = ("keys.resealed", "installation".to_owned());
    record(owner, None, what, Some(done.clone())).await?;
    say(done);
    for (id, error) in &resealed.unopened {
        say(json!({"secret": id, "unopened": error.to_string()}));
    }
    Ok(match resealed.unopened.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn rotate(settings: &Settings, owner: &PgPool, at_once: bool) -> Result<ExitCode, Failure> {
    let algorithm = settings.people.token_algorithm;
    let (clock, sealer) = (Clock::default(), &settings.seal.sealer);
    let rotated = signing::rotate(owner, &clock, sealer, algorithm, at_once).await?;
    let done = json!({
        "key": rotated.key_id, "algorithm": algorithm.name(),
        "signs_from": rotated.signs_from, "the_one_before_ends_at": rotated.ends_at,
    });
    let what = ("keys.rotated", format!("signing_key:{}", rotated.key_id));
    record(owner, None, what, Some(done.clone())).await?;
    say(done);
    Ok(ExitCode::SUCCESS)
}
