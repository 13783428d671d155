//! The error: the group of like occurrences, and what may be done to it.
//!
//! [`ErrorGroup::decide`] turns a command into events or refuses it; [`ErrorGroup::apply`]
//! folds events into state. Both are pure: time, ids and who acts come in with the command.

mod analysis;
mod command;
mod decide;
mod event;
mod fields;
mod refusal;
mod state;
mod status;
mod upcast;

pub use analysis::{Analyses, AnalysisFailure, AnalysisResult, Because, HeldBack, Spent, UnderWay};
pub use command::{Detect, Edit, ErrorCommand, Regression};
pub use event::{Alike, Detected, ErrorEvent, IgnoredUntil, ResolvedHow, SharedFeature, TextRef};
pub use refusal::Refusal;
pub use state::{ErrorGroup, LiveError, Resolution, Standing};
pub use status::{ErrorStatus, UnknownStatus};
pub use upcast::{DecodeError, decode, upcast, upcasters};

/// Characters of a title.
pub const TITLE_MAX: usize = 255;
/// Tags of an error.
pub const TAGS_MAX: usize = 50;
/// Characters of a tag.
pub const TAG_MAX: usize = 200;
/// Characters of a category.
pub const CATEGORY_MAX: usize = 100;
/// Characters of an assignee.
pub const ASSIGNEE_MAX: usize = 255;
/// Characters of a source.
pub const SOURCE_MAX: usize = 100;
/// Characters of a source's own id.
pub const SOURCE_ID_MAX: usize = 255;
/// Characters of a release.
pub const RELEASE_MAX: usize = 200;

#[cfg(test)]
mod tests;
