//! `bugsage grouping …`: what other settings of grouping would change.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::trial::{self, Progress};
use bugsage_domain::grouping::{CURRENT, Version};
use bugsage_domain::similarity::JOIN_AT;
use bugsage_domain::trial as tried;
use bugsage_event_store::{DatabaseRole, connect};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Grouping {
    /// Group stored occurrences of a project anew, and tell which errors would split and which would merge.
    ///
    /// Run it with a new program before you switch to it, or before you let new errors join others or stop
    /// it: nothing is changed. It takes the newest occurrences that are kept, groups each by its fingerprint,
    /// and then, in the order of time, lets each new group join the one it is most like, as the service does
    /// with new errors. What people merged or took apart stays so.
    ///
    /// It prints JSON lines: one for each "split", an error whose occurrences would be of several, with
    /// what each of those rests on and one occurrence of it; one for each "merge", errors whose occurrences
    /// would be of one, with the likenesses by which they join (none if their fingerprints are the same);
    /// and a "summary". Where there is only a summary, nothing would change.
    ///
    /// Without options it tries the settings that are in force, and so what this program makes of what another
    /// one stored. It may tell of merges even then: in a storm of new errors not each is asked about.
    ///
    ///   bugsage grouping try 1                       what this program would change
    ///   bugsage grouping try 1 --join-similar false  what would fall apart without joining
    ///   bugsage grouping try 1 --join-at 0.7         what would join if less likeness were enough
    #[command(verbatim_doc_comment)]
    Try(Try),
}

#[derive(Args)]
pub(crate) struct Try {
    /// The project's number, as its DSN ends.
    project: i64,
    /// How many occurrences at most, the newest; 1 to 200,000. Memory and time grow with them.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    occurrences: u32,
    /// The version of grouping. The default is what new occurrences are grouped by.
    #[arg(long, default_value_t = CURRENT.number(), value_parser = known)]
    version: i16,
    /// Whether new groups join those they are like. The default is the project's setting.
    #[arg(long, value_name = "true|false")]
    join_similar: Option<bool>,
    /// From which likeness on they join, above 0 and up to 1. The service has no setting for it: this shows
    /// what another constant would do.
    #[arg(long, default_value_t = JOIN_AT, value_parser = likeness)]
    join_at: f64,
}

fn known(text: &str) -> Result<i16, String> {
    let known = text.parse().ok().and_then(Version::numbered);
    known.map(Version::number).ok_or_else(|| {
        let all = Version::ALL.map(|version| version.number().to_string());
        format!("use {}", all.join(" or "))
    })
}

fn likeness(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    let within = number.filter(|number: &f64| *number > 0.0 && *number <= 1.0);
    within.ok_or_else(|| "use a number above 0 and up to 1".to_owned())
}

pub(crate) async fn run(settings: &Settings, command: Grouping) -> Result<ExitCode, Failure> {
    let Grouping::Try(asked) = command;
    let url = settings.database.migrate_url.expose();
    let owner = connect(url, DatabaseRole::Owner, 1)?;
    versions::check(&owner).await?;
    let project = asked.project;
    let joins = trial::joins(&owner, project).await?;
    let joins = joins.ok_or_else(|| format!("there is no project {project}"))?;
    let joins = asked.join_similar.unwrap_or(joins);
    let trying = tried::Settings {
        version: Version::numbered(asked.version).unwrap_or(CURRENT),
        join_at: joins.then_some(asked.join_at),
    };
    let tell = |progress| match progress {
        Progress::Read(count) => eprintln!("occurrences read: {count}"),
        Progress::Comparing(count) => eprintln!("groups to compare: {count}"),
    };
    let tried = trial::run(&owner, project, trying, asked.occurrences, tell).await?;
    let outcome = &tried.outcome;
    for split in &outcome.splits {
        say(json!({ "split": split }));
    }
    for merge in &outcome.merges {
        say(json!({ "merge": merge }));
    }
    say(json!({ "summary": {
        "project_id": project, "version": trying.version.number(), "join_at": trying.join_at,
        "occurrences": outcome.occurrences, "unreadable": tried.unreadable,
        "errors_now": outcome.errors_now, "errors_then": outcome.errors_then,
        "splits": outcome.splits.len(), "merges": outcome.merges.len(),
    }}));
    Ok(ExitCode::SUCCESS)
}
