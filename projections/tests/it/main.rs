//! The read models, asked through their one door over a real database.

mod activity;
mod detail;
mod filters;
mod folding;
mod isolation;
mod occurrences;
mod pages;
mod plans;
mod search;
mod statistics;
mod world;
