//! The read models, asked through their one door over a real database.
#![expect(clippy::disallowed_methods, reason = "tests ask for whom they like")]
#![expect(
    clippy::unwrap_used,
    reason = "the verbs of the tests fail as the tests do"
)]

mod activity;
mod analyses;
mod detail;
mod filters;
mod folding;
mod isolation;
mod occurrences;
mod organization;
mod pages;
mod plainly;
mod plans;
mod rolled_up;
mod search;
mod statistics;
mod world;
