//! Who may do what here: the one layer that every request of the API passes.
//!
//! A handler that asks for [`Authorized`] is reached only by somebody who has the permission it
//! names; nothing else gives the scope of a query or the context of a command. [`identity`]
//! proves who sends a request, [`known`] what they may do, and [`caller`] where.

mod authorized;
pub mod caller;
pub mod documented;
pub mod identity;
pub mod known;
mod named;
pub(crate) mod refused;
pub mod uses;

pub use authorized::Authorized;
pub use bugsage_domain::access::may;
pub use caller::Caller;
pub use identity::Identity;
pub use known::Access;
pub use named::{ORGANIZATION, PROJECT};
