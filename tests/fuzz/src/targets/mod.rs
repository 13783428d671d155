//! One file for each thing that bytes from outside reach.

pub(crate) mod envelope;
pub(crate) mod grouping;
pub(crate) mod inflate;
pub(crate) mod message;
pub(crate) mod scrub;
pub(crate) mod trace;
