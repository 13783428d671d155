//! Who may do what.

mod api_keys;
mod audit;
mod erased;
mod invitations;
mod matrix;
mod members;
mod places;
mod projects;
mod sameness;
mod service_accounts;
mod story;
mod teams;
pub(crate) mod town;
