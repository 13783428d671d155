//! `bugsage config check`: the settings in force, and where each comes from.

use std::path::Path;
use std::process::ExitCode;

use bugsage_api::settings::{Origin, Setting, Settings};
use clap::Subcommand;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Config {
    /// Print every setting with its value and where that comes from, secrets hidden; or every
    /// mistake, and exit code 1.
    Check,
}

pub(crate) fn run(file: Option<&Path>, command: Config) -> Result<ExitCode, Failure> {
    let Config::Check = command;
    let (_, settings) = Settings::load(file)?;
    for (name, meant) in Settings::slips(&settings) {
        eprintln!("bugsage: {name} is no setting; did you mean {meant}?");
    }
    for setting in settings {
        say(line(&setting));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(setting: &Setting) -> String {
    let origin = match &setting.origin {
        Origin::Default => format!("default; {} changes it", setting.variable),
        Origin::File(path) => path.display().to_string(),
        Origin::Environment => setting.variable.to_owned(),
    };
    format!("{} = {}  # {origin}", setting.key, setting.shown)
}
