//! What BugSage decides, and nothing of how it is stored or reached.
//!
//! An occurrence is decoded into [`occurrence::Occurrence`], [`grouping`] names the
//! fingerprint that decides its error, [`similarity`] says which errors are alike, and [`error::ErrorGroup`] decides what a
//! command may do to that error. [`trial`] says what other settings of grouping would do. [`access`] says who may do what. Nothing here does I/O,
//! reads a clock or draws a random number: time and ids come in with the command.

pub mod access;
pub mod actor;
pub mod analysis;
pub mod error;
pub mod grouping;
pub mod ids;
pub mod occurrence;
pub mod scrub;
pub mod severity;
pub mod similarity;
pub mod trace;
pub mod trial;
