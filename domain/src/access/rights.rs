//! What somebody may do, and where.

use std::collections::BTreeMap;

use super::{Permission, Permissions, ProjectRole, Role};
use crate::ids::ProjectId;

/// What a person or a key may do in one organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    everywhere: Permissions,
    projects: BTreeMap<ProjectId, Permissions>,
}

/// Where something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// In the organization and all its projects.
    Organization,
    /// In this project.
    Project(ProjectId),
    /// In several projects: the request must name one.
    OneOfSeveral,
    /// The one that was named is not among the only ones that may be seen: as if it did not exist.
    Unseen,
    /// Nowhere, or not in the project that was named.
    Nowhere,
}

impl Rights {
    /// Those of a member: what the role gives everywhere, and each role in a project on top of
    /// it there. Several roles in one project add up.
    pub fn of_member(
        role: Role,
        projects: impl IntoIterator<Item = (ProjectId, ProjectRole)>,
    ) -> Self {
        let mut rights = Self {
            everywhere: role.permissions(),
            projects: BTreeMap::new(),
        };
        for (project, role) in projects {
            let there = rights.projects.entry(project).or_default();
            *there = there.and(role.permissions());
        }
        rights
    }

    /// Those of a key: its scopes, in its project alone if it has one. There nothing counts that
    /// no role in a project has.
    #[must_use]
    pub fn of_key(scopes: Permissions, project: Option<ProjectId>) -> Self {
        match project {
            None => Self {
                everywhere: scopes,
                projects: BTreeMap::new(),
            },
            Some(project) => {
                let there = scopes.only(ProjectRole::Admin.permissions());
                Self {
                    everywhere: Permissions::NONE,
                    projects: BTreeMap::from([(project, there)]),
                }
            }
        }
    }

    /// The same without these, wherever they were.
    #[must_use]
    pub fn without(mut self, taken: Permissions) -> Self {
        self.everywhere = self.everywhere.without(taken);
        for there in self.projects.values_mut() {
            *there = there.without(taken);
        }
        self
    }

    /// What may be done in a project; without one, in the organization as a whole.
    #[must_use]
    pub fn within(&self, project: Option<ProjectId>) -> Permissions {
        let there = project.and_then(|project| self.projects.get(&project));
        self.everywhere.and(there.copied().unwrap_or_default())
    }

    /// Where something may be done, if a request names this project or none.
    #[must_use]
    pub fn reach(&self, permission: Permission, named: Option<ProjectId>) -> Reach {
        if let Some(project) = named {
            let is_elsewhere = self.everywhere.is_empty()
                && !self.projects.is_empty()
                && !self.projects.contains_key(&project);
            return match self.within(named).contains(permission) {
                true => Reach::Project(project),
                false if is_elsewhere => Reach::Unseen,
                false => Reach::Nowhere,
            };
        }
        if self.everywhere.contains(permission) {
            return Reach::Organization;
        }
        let mut some = self.projects.iter();
        let mut next = || some.find(|(_, there)| there.contains(permission));
        match (next(), next()) {
            (None, _) => Reach::Nowhere,
            (Some((project, _)), None) => Reach::Project(*project),
            (Some(_), Some(_)) => Reach::OneOfSeveral,
        }
    }
}
