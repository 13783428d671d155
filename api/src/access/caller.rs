//! Who calls, in which organization, and in which of its projects.

use axum::http::request::Parts;
use bugsage_commands::access::Acting;
use bugsage_commands::audit::Origin;
use bugsage_domain::access::{Permission, Permissions, Reach, Rights};
use bugsage_domain::actor::Actor;
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::{CommandContext, Metadata};
use bugsage_projections::Scope;

use super::identity::{self, Identity};
use super::named::{Named, no_organization, no_project};
use super::refused::{self, Whose};
use crate::keys::Project;
use crate::limits;
use crate::problem::Problem;
use crate::request_id;
use crate::session::Person;
use crate::state::App;

/// Somebody who may do what they ask for. Only [`Authorized`](super::Authorized) makes one.
#[derive(Debug, Clone)]
pub struct Caller {
    scope: Scope,
    actor: Actor,
    rights: Rights,
    origin: Origin,
}

impl Caller {
    /// What may be seen and changed.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The tenant.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.scope.organization
    }

    /// Named in the events that are caused.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The project of an address that names one.
    ///
    /// # Errors
    /// 404 where none was named, which is never so behind such an address.
    pub fn project(&self) -> Result<ProjectId, Problem> {
        self.scope.project.ok_or_else(no_project)
    }

    /// What an executor needs to know of a command of this caller.
    #[must_use]
    pub fn context(&self) -> CommandContext {
        let request_id = request_id::current();
        CommandContext {
            metadata: Metadata {
                organization_id: self.scope.organization,
                actor: self.actor.to_string(),
                correlation_id: request_id.clone(),
                request_id,
                causation_id: None,
            },
            idempotency: None,
            if_match: None,
            texts: Vec::new(),
        }
    }

    /// What a change around access needs to know of this caller.
    #[must_use]
    pub fn acting(&self, app: &App) -> Acting {
        Acting {
            organization: self.scope.organization,
            project: self.scope.project,
            rights: self.rights.clone(),
            origin: self.origin.clone(),
            at: app.clock.now(),
        }
    }

    /// The scope, narrowed to a project that a request names beside its address.
    ///
    /// # Errors
    /// 404 if there is none such within the scope.
    pub async fn narrowed(&self, app: &App, named: Option<ProjectId>) -> Result<Scope, Problem> {
        let Some(named) = named else {
            return Ok(self.scope);
        };
        if self.scope.project.is_some_and(|own| own != named) {
            return Err(no_project());
        }
        existing(app, self.scope.organization, named).await?;
        Ok(scope(self.scope.organization, Some(named)))
    }

    /// The project that is reported to: the scope's, or the one that the report names, or the
    /// only one there is.
    ///
    /// # Errors
    /// 403 if it is closed, 422 if it is not clear which one is meant.
    pub async fn reporting_to(
        &self,
        app: &App,
        named: Option<ProjectId>,
    ) -> Result<Project, Problem> {
        let organization = self.scope.organization;
        let meant = match (self.scope.project, named) {
            (Some(own), Some(named)) if own != named => {
                return Err(Problem::invalid(format!(
                    "project_id: this key is for project {own} alone"
                )));
            }
            (Some(own), _) => own,
            (None, Some(named)) => named,
            (None, None) => app.keys.only_project(organization).await?.ok_or_else(|| {
                Problem::invalid("say which project this is for, with project_id")
            })?,
        };
        let project = app.keys.project(organization, meant).await?;
        let project = project
            .ok_or_else(|| Problem::invalid("project_id names no project of this organization"))?;
        if project.closed {
            return Err(Problem::forbidden(
                "this project is closed: it takes no occurrences",
            ));
        }
        Ok(project)
    }

    /// Who sends this request, if they may do that.
    pub(super) async fn prove(
        parts: &mut Parts,
        app: &App,
        needed: Permission,
    ) -> Result<Self, Problem> {
        let identity = identity::prove(app, parts).await?;
        let named = Named::of(parts).await?;
        let (organization, rights) = match &identity {
            Identity::Person(person) => membership(app, parts, person, named.organization).await?,
            Identity::Machine(machine) => {
                if named
                    .organization
                    .is_some_and(|it| it != machine.organization)
                {
                    return Err(no_organization());
                }
                (machine.organization, machine.rights.clone())
            }
        };
        request_id::belongs_to(organization);
        let actor = identity.actor();
        let origin = identity::origin(&actor, parts);
        limits::admit(app, &parts.extensions, &actor, Some(organization))?;
        let project = match rights.reach(needed, named.project) {
            Reach::Organization => None,
            Reach::Project(project) => {
                existing(app, organization, project).await?;
                Some(project)
            }
            Reach::Unseen => return Err(no_project()),
            Reach::OneOfSeveral => {
                return Err(Problem::bad_request(format!(
                    "you have {needed} in several projects: name one with X-BugSage-Project"
                )));
            }
            Reach::Nowhere => {
                let why = format!("this needs the permission {needed}, which you do not have here");
                let whose = Whose::Organization(organization);
                refused::tell(app, whose, origin, &identity::asked(parts), &why).await;
                return Err(Problem::forbidden(why));
            }
        };
        Ok(Self {
            scope: scope(organization, project),
            actor,
            rights,
            origin,
        })
    }
}

/// The one place of the service that makes scopes.
#[expect(
    clippy::disallowed_methods,
    reason = "what it is made of has just been proved"
)]
const fn scope(organization: OrganizationId, project: Option<ProjectId>) -> Scope {
    Scope::of(organization, project)
}

/// That the organization has this project.
async fn existing(
    app: &App,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<(), Problem> {
    let found = app.keys.project(organization, project).await?;
    found.map(|_| ()).ok_or_else(no_project)
}

/// The membership that a request of a person is about: in the organization it names, or else in
/// their only one. A session that was begun at a provider sees that of its organization alone, and
/// nobody is an owner by a provider's word.
async fn membership(
    app: &App,
    parts: &Parts,
    person: &Person,
    named: Option<OrganizationId>,
) -> Result<(OrganizationId, Rights), Problem> {
    let (user, confined) = (person.user, person.confined);
    let all = app.access.memberships(user).await?;
    let seen = all.iter().filter(|membership| match confined {
        Some(confined) => membership.organization == confined,
        None => !membership.by_provider,
    });
    let mut meant = seen.filter(|membership| match named {
        Some(named) => membership.organization == named,
        None => !membership.disabled,
    });
    let (one, another) = (meant.next(), meant.next());
    match (one, another, named) {
        (Some(one), None, _) if one.disabled => {
            let why = "an admin has locked you out of this organization";
            let origin = identity::origin(&Actor::User { id: user.0 }, parts);
            let asked = identity::asked(parts);
            let whose = Whose::Organization(one.organization);
            refused::tell(app, whose, origin, &asked, why).await;
            Err(Problem::forbidden(why))
        }
        (Some(one), None, _) if confined.is_some() => {
            let owners: Permissions = [Permission::OwnersWrite].into_iter().collect();
            Ok((one.organization, one.rights.clone().without(owners)))
        }
        (Some(one), None, _) => Ok((one.organization, one.rights.clone())),
        (None, _, Some(_)) => Err(no_organization()),
        (None, _, None) => Err(Problem::forbidden(
            "you belong to no organization: create one, or accept an invitation",
        )),
        (Some(_), Some(_), _) => Err(Problem::bad_request(
            "you belong to several organizations: name one with X-BugSage-Organization",
        )),
    }
}
