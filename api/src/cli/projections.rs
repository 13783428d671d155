//! `bugsage projections …`: look at, rebuild or verify the read models.

use std::process::ExitCode;
use std::sync::Arc;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_event_store::subscription::{self, Projection};
use bugsage_event_store::{DatabaseRole, connect};
use clap::Subcommand;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Projections {
    /// How far each is, as JSON lines.
    List,
    /// Fill a projection anew beside the live one, then swap them; readers notice nothing.
    Rebuild {
        /// As `list` names it.
        name: String,
    },
    /// Fold the log anew and compare every row; exit code 1 if any differs.
    Verify {
        /// As `list` names it.
        name: String,
    },
}

pub(crate) async fn run(settings: &Settings, command: Projections) -> Result<ExitCode, Failure> {
    let projector = connect(
        settings.database.projector_url.expose(),
        DatabaseRole::Projector,
        2,
    )?;
    versions::check(&projector).await?;
    match command {
        Projections::List => {
            // Sagas follow the log by the same means, and are none.
            let all = subscription::status(&projector).await?;
            for status in all.iter().filter(|status| named(&status.name).is_ok()) {
                say(serde_json::to_string(status)?);
            }
        }
        Projections::Rebuild { name } => {
            let projection = named(&name)?;
            let rebuilt = subscription::rebuild(&projector, projection.as_ref()).await?;
            say(format_args!(
                "{name}: {} domain events, up to position {}",
                rebuilt.events, rebuilt.position
            ));
        }
        Projections::Verify { name } => {
            let projection = named(&name)?;
            let verified = subscription::verify(&projector, projection.as_ref()).await?;
            say(serde_json::to_string(&verified)?);
            if !verified.holds() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn named(name: &str) -> Result<Arc<dyn Projection>, Failure> {
    let all = bugsage_projections::all();
    let names: Vec<_> = all.iter().map(|projection| projection.name()).collect();
    all.into_iter()
        .find(|projection| projection.name() == name)
        .ok_or_else(|| {
            let names = names.join(" or ");
            format!("there is no projection {name:?}: use {names}").into()
        })
}
