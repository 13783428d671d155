//! Roles in one project, of people and of teams.

use bugsage_domain::access::{ProjectRole, may_grant};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccessError, Acting, broken};

/// Who has which role in a project: a person or a team.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct RoleHeld {
    /// The person, if it is one.
    pub user_id: Option<Uuid>,
    /// The team, if it is one.
    pub team_id: Option<Uuid>,
    /// admin, developer or viewer.
    pub role: String,
}

/// The role to give.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGiven {
    /// admin, developer or viewer.
    #[schema(value_type = String)]
    pub role: ProjectRole,
}

/// Who can have a role in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A member.
    User(Uuid),
    /// A team.
    Team(Uuid),
}

impl Holder {
    const fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::User(id) => (Some(id), None),
            Self::Team(id) => (None, Some(id)),
        }
    }

    fn subject(self) -> String {
        match self {
            Self::User(id) => format!("user:{id}"),
            Self::Team(id) => format!("team:{id}"),
        }
    }
}

/// Everybody who has a role in a project itself, beside what roles in the organization give.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Vec<RoleHeld>, AccessError> {
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(
        "select user_id, team_id, role from project_roles
          where organization_id = $1 and project_id = $2 order by user_id, team_id",
    )
    .bind(organization.0)
    .bind(project.0)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(found)
}

/// Gives somebody a role in a project, in place of the one they have there.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn give(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    holder: Holder,
    role: ProjectRole,
) -> Result<RoleHeld, AccessError> {
    may_grant(acting.rights.within(Some(project)), role.permissions())?;
    let mut transaction = acting.begin(app).await?;
    let before = held(&mut transaction, acting, project, holder).await?;
    if let Some(before) = before {
        may_grant(acting.rights.within(Some(project)), before.permissions())?;
    }
    let (user_id, team_id) = holder.ids();
    let unique = match holder {
        Holder::User(_) => "(organization_id, user_id, project_id) where user_id is not null",
        Holder::Team(_) => "(organization_id, team_id, project_id) where team_id is not null",
    };
    sqlx::query(&format!(
        "insert into project_roles (organization_id, project_id, user_id, team_id, role)
         values ($1, $2, $3, $4, $5) on conflict {unique} do update set role = excluded.role"
    ))
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(user_id)
    .bind(team_id)
    .bind(role.as_str())
    .execute(&mut *transaction)
    .await
    .map_err(|error| {
        broken(
            error,
            &[
                ("project_roles_user", || AccessError::Unknown("member")),
                ("project_roles_team", || AccessError::Unknown("team")),
                ("project_roles_project", || AccessError::Unknown("project")),
            ],
        )
    })?;
    if before != Some(role) {
        let before = before.map(|role| json!({ "project": project, "role": role }));
        let after = Some(json!({ "project": project, "role": role }));
        let (action, subject) = ("project_role.given", holder.subject());
        acting
            .record(&mut transaction, action, subject, (before, after))
            .await?;
    }
    transaction.commit().await?;
    Ok(RoleHeld {
        user_id,
        team_id,
        role: role.to_string(),
    })
}

/// Takes the role that somebody has in a project.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn take(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    holder: Holder,
) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let before = held(&mut transaction, acting, project, holder).await?;
    let before = before.ok_or(AccessError::Unknown("role in this project"))?;
    may_grant(acting.rights.within(Some(project)), before.permissions())?;
    let (user_id, team_id) = holder.ids();
    sqlx::query(
        "delete from project_roles where organization_id = $1 and project_id = $2
            and user_id is not distinct from $3 and team_id is not distinct from $4",
    )
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(user_id)
    .bind(team_id)
    .execute(&mut *transaction)
    .await?;
    let change = (Some(json!({ "project": project, "role": before })), None);
    let (action, subject) = ("project_role.taken", holder.subject());
    acting
        .record(&mut transaction, action, subject, change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn held(
    connection: &mut PgConnection,
    acting: &Acting,
    project: ProjectId,
    holder: Holder,
) -> Result<Option<ProjectRole>, AccessError> {
    let (user_id, team_id) = holder.ids();
    let role: Option<String> = sqlx::query_scalar(
        "select role from project_roles where organization_id = $1 and project_id = $2
            and user_id is not distinct from $3 and team_id is not distinct from $4 for update",
    )
    .bind(acting.organization.0)
    .bind(project.0)
    .bind(user_id)
    .bind(team_id)
    .fetch_optional(connection)
    .await?;
    let role = role.map(|role| role.parse()).transpose();
    Ok(role.map_err(|error| sqlx::Error::Decode(Box::new(error)))?)
}
