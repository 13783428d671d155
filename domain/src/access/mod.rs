//! Who may do what: roles, permissions, and the rules by which they are given.
//!
//! [`table`](Permission) says what each role may do; [`Rights`] are what comes of a member's
//! roles or a key's scopes. All checks ask one of the two.

mod document;
mod mail_domain;
mod name;
mod permissions;
mod rights;
mod role;
mod rules;
mod table;
#[cfg(test)]
mod tests;

pub use document::document;
pub use mail_domain::{MailDomain, NotADomain};
pub use name::{NAME_MAX, Name, NotAName, is_unseen};
pub use permissions::{Permissions, UnknownPermission};
pub use rights::{Reach, Rights};
pub use role::{ProjectRole, Role, UnknownRole};
pub use rules::{Refusal, may_grant, may_make_key, may_move};
pub use table::{Permission, may};
