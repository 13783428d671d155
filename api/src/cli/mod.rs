//! What operators type: one file a command.

pub(crate) mod config;
pub(crate) mod projections;
pub(crate) mod projects;
pub(crate) mod replay;

/// Why a command ended without doing what it should; told in one sentence.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Writes a line of what a command answers: standard output is for that alone, logs go elsewhere.
#[expect(clippy::print_stdout, reason = "the one place that answers the caller")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
