//! What operators type: one file a command.

use std::io::Write;

pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod grouping;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod projections;
pub(crate) mod projects;
pub(crate) mod replay;

/// Why a command ended without doing what it should; told in one sentence.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Writes a line of what a command answers: standard output is for that alone, logs go elsewhere.
/// Who reads may stop reading (`| head`): the rest is then for nobody.
pub(crate) fn say(line: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{line}").ok();
}
