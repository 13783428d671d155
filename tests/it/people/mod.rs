//! People over HTTP: accounts, sign-ins by cookie and by tokens, and what must not work.

mod at_provider;
mod browser;
mod forged;
mod guest;
mod me;
mod program;
mod setting_up;
mod story;
mod takeover;
pub(crate) mod village;
mod wire;
