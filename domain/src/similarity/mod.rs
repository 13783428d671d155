//! Which errors are alike: what version 1 of grouping splits too finely, this finds again.
//!
//! An occurrence is looked at once, as a [`Sketch`]: the things by which it can be known again, each
//! with a weight. Its [vector](Sketch::vector) finds candidates among many; the sketches themselves
//! say how alike two are and by what, free of the accidents of hashing. No model, no learning: the
//! weights are constants, chosen on the 235 real failures of `tests/data/grouping`.

mod features;
mod sketch;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use features::sketch;
pub use sketch::{Feature, Kind, Likeness, Shared, Sketch};
pub use text::text;

/// Name and version of what makes sketches and vectors; stored beside each. A change of what they
/// hold is a new one.
pub const EMBEDDER: &str = "frames-1";

/// Version of the texts that models make vectors of; as [`EMBEDDER`].
pub const TEXT: &str = "text-1";

/// Numbers of a vector.
pub const DIMENSIONS: usize = 512;

/// A new fingerprint joins the most alike error from this likeness on.
///
/// On the development data, in eleven orders of arrival: from 0.78 on every join was right, 7.8 in an
/// order on average; at 0.76 seven of ten were. The margin is for what that data does not hold.
pub const JOIN_AT: f64 = 0.82;

/// How many candidates a vector finds, for the sketches to be compared with.
pub const CANDIDATES: usize = 20;
