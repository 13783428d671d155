//! Who may change whose rights.

use super::{Permissions, ProjectRole, Role};

/// Why somebody's rights are not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody grants more than they have.
    #[error("this would grant what you do not have yourself: {0}")]
    MoreThanYours(Permissions),
    /// Nobody acts on somebody who may do more.
    #[error("a member in the role {0} may do what you may not, so this is not for you to do")]
    AboveYou(Role),
    /// Somebody must answer for the organization.
    #[error("this is the last owner: appoint another one first")]
    LastOwner,
    /// A key for one project may only do what is done in projects.
    #[error(
        "in one project there is no {0}: leave it out, or make the key for the whole organization"
    )]
    NotInProjects(Permissions),
}

/// Whether somebody with these permissions may grant those.
///
/// # Errors
/// [`Refusal::MoreThanYours`].
pub const fn may_grant(own: Permissions, given: Permissions) -> Result<(), Refusal> {
    if own.includes(given) {
        Ok(())
    } else {
        Err(Refusal::MoreThanYours(given.without(own)))
    }
}

/// Whether these scopes can be those of a key, of one project or of the whole organization,
/// that somebody with these permissions makes.
///
/// # Errors
/// [`Refusal::NotInProjects`] or [`Refusal::MoreThanYours`].
pub fn may_make_key(
    own: Permissions,
    scopes: Permissions,
    is_for_project: bool,
) -> Result<(), Refusal> {
    let foreign = scopes.without(ProjectRole::Admin.permissions());
    if is_for_project && !foreign.is_empty() {
        return Err(Refusal::NotInProjects(foreign));
    }
    may_grant(own, scopes)
}

/// Whether a member may be moved from one role to another, or out with `to` none, where so many
/// other owners remain who are not locked out.
///
/// # Errors
/// See [`Refusal`].
pub fn may_move(
    own: Permissions,
    from: Role,
    to: Option<Role>,
    other_owners: u64,
) -> Result<(), Refusal> {
    if !own.includes(from.permissions()) {
        return Err(Refusal::AboveYou(from));
    }
    if let Some(role) = to {
        may_grant(own, role.permissions())?;
    }
    if from == Role::Owner && to != Some(Role::Owner) && other_owners == 0 {
        return Err(Refusal::LastOwner);
    }
    Ok(())
}
