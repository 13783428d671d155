//! One explanation of an error: what came to be known of why it happened.
//!
//! An [`Analysis`] is written by a model or by [`rules`], which need none. Whoever wrote it, it is
//! held to the same: [`Analysis::read`] and [`Analysis::validate`] name the first thing that does
//! not fit in words a model can be told, and [`Analysis::drop_unfounded`] takes out what points
//! at nothing of the [`Context`] it was made from.

mod bounds;
mod category;
mod context;
mod pointer;
pub mod repository;
mod result;
pub mod rules;
mod schema;
mod validate;

#[cfg(test)]
mod tests;

pub use bounds::{
    CLAIM_MAX, EVIDENCE_MAX, FIX_MAX, FIXES_MAX, GUESS_MAX, IMPACT_MAX, POINTER_MAX,
    PREVENTION_MAX, REASON_MAX, RELATED_MAX, WHY_MAX, WHYS_MAX,
};
pub use category::{Category, UnknownCategory};
pub use context::Context;
pub use pointer::Pointer;
pub use result::{Analysis, Effort, Evidence, RootCause};
pub use schema::schema;
pub use validate::Fault;
