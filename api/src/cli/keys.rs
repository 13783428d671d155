//! `bugsage keys …`: what access tokens are signed with.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::clock::Clock;
use bugsage_commands::people::signing;
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;
use serde_json::json;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a new key. It signs in a minute, when every node knows it; the one before is believed
    /// for another quarter of an hour, so that nobody notices.
    Rotate {
        /// The old key may be known to somebody: drop it now. Everybody refreshes their tokens.
        #[arg(long)]
        at_once: bool,
    },
}

pub(crate) async fn run(settings: &Settings, command: Keys) -> Result<ExitCode, Failure> {
    let Keys::Rotate { at_once } = command;
    let owner = connect(
        settings.database.migrate_url.expose(),
        DatabaseRole::Owner,
        1,
    )?;
    versions::check(&owner).await?;
    let algorithm = settings.people.token_algorithm;
    let rotated = signing::rotate(&owner, &Clock::default(), algorithm, at_once).await?;
    say(json!({
        "key": rotated.key_id, "algorithm": algorithm.name(),
        "signs_from": rotated.signs_from, "the_one_before_ends_at": rotated.ends_at,
    }));
    Ok(ExitCode::SUCCESS)
}
