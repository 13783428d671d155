//! Real, unmodified SDKs: three little shops (`tests/clients`) play their scenes against a
//! service on a real port.

mod node;
mod python;
mod rules;
mod rust;
pub(crate) mod shop;
mod wire;
