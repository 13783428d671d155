//! Where SDKs send to: `/api/{project}/envelope/` and `/api/{project}/store/`.

pub mod answer;
pub mod body;
pub mod cors;
pub mod endpoint;
