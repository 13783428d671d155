//! People over HTTP: accounts, sign-ins by cookie and by tokens, and what must not work.

mod browser;
mod me;
mod program;
mod story;
pub(crate) mod village;
