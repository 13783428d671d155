//! `bugsage replay`: the history of an error as it was decided, and the state it folds to.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_domain::error::ErrorGroup;
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::{DatabaseRole, EventSourced, Loaded, connect, history};
use clap::Args;
use cqrs_es::Aggregate;
use serde_json::json;

use super::{Failure, say};

#[derive(Args)]
pub(crate) struct Replay {
    /// The error's id, as the API shows it. Deleted errors keep their history.
    error: ErrorId,
    /// Only what had been decided up to this position.
    #[arg(long)]
    until: Option<i64>,
}

/// One JSON line a domain event, in its current version, then one with the state.
pub(crate) async fn run(settings: &Settings, replay: Replay) -> Result<ExitCode, Failure> {
    let projector = connect(
        settings.database.projector_url.expose(),
        DatabaseRole::Projector,
        1,
    )?;
    versions::check(&projector).await?;
    let id = replay.error.to_string();
    let mut history = history(&mut *projector.acquire().await?, ErrorGroup::TYPE, &id).await?;
    history.retain(|event| replay.until.is_none_or(|end| event.position <= end));
    if history.is_empty() {
        return Err(format!("there is no history of error {id}").into());
    }
    for event in &history {
        let decided = ErrorGroup::decode(
            &event.event_type,
            &event.event_version,
            event.payload.clone(),
        )?;
        say(json!({
            "position": event.position, "sequence": event.sequence,
            "recorded_at": event.recorded_at, "metadata": event.metadata, "event": decided,
        }));
    }
    let Loaded { state, sequence } = Loaded::<ErrorGroup>::fold(history)?;
    say(json!({"sequence": sequence, "state": state}));
    Ok(ExitCode::SUCCESS)
}
