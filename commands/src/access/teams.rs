//! Teams: people who get their roles in projects together.

use bugsage_domain::access::{Name, ProjectRole, may_grant};
use bugsage_domain::ids::{OrganizationId, ProjectId, UserId};
use bugsage_event_store::tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bounded::Bounded;
use super::{AccessError, Acting, Listed, Page, broken};

const TEAMS: Bounded = Bounded {
    what: "teams",
    max: 1_000,
    count: "select count(*) from teams where organization_id = $1",
};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, ToSchema)]
pub struct Team {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Who is in it.
    pub members: Vec<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a team is called.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamName {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
}

const COLUMNS: &str = "t.team_id as id, t.name, t.created_at,
    array(select m.user_id from team_members m
           where m.organization_id = t.organization_id and m.team_id = t.team_id order by 1) as members";

const TAKEN: (&str, fn() -> AccessError) = ("teams_name", || {
    AccessError::Conflict("there is a team of this name already".to_owned())
});

/// The teams, a page in the order of their ids.
///
/// # Errors
/// [`AccessError::Page`], or when the database fails.
pub async fn list(
    app: &PgPool,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<Team>, AccessError> {
    let (rows, after) = (page.rows()?, page.after::<Uuid>()?);
    let mut transaction = tenant(app, organization).await?;
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from teams t where t.organization_id = $1 and ($2::uuid is null or t.team_id > $2)
          order by t.team_id limit $3"
    ))
    .bind(organization.0)
    .bind(after)
    .bind(rows)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(page.of(found, |team: &Team| team.id))
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    team: Uuid,
) -> Result<Team, AccessError> {
    let found = sqlx::query_as(&format!(
        "select {COLUMNS} from teams t where t.organization_id = $1 and t.team_id = $2"
    ))
    .bind(organization.0)
    .bind(team)
    .fetch_optional(connection)
    .await?;
    found.ok_or(AccessError::Unknown("team"))
}

/// Makes an empty team with this id.
///
/// # Errors
/// [`AccessError::Conflict`], [`AccessError::TooMany`], or when the database fails.
pub async fn create(
    app: &PgPool,
    acting: &Acting,
    team: Uuid,
    name: &Name,
) -> Result<Team, AccessError> {
    let mut transaction = acting.begin(app).await?;
    TEAMS.room(&mut transaction, acting.organization).await?;
    sqlx::query(
        "insert into teams (team_id, organization_id, name, created_at) values ($1, $2, $3, $4)",
    )
    .bind(team)
    .bind(acting.organization.0)
    .bind(name.as_str())
    .bind(acting.at)
    .execute(&mut *transaction)
    .await
    .map_err(|error| broken(error, &[TAKEN]))?;
    let change = (None, Some(json!({ "name": name })));
    acting
        .record(&mut transaction, "team.created", subject(team), change)
        .await?;
    let made = one(&mut transaction, acting.organization, team).await?;
    transaction.commit().await?;
    Ok(made)
}

/// Calls a team something else.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Conflict`], or when the database fails.
pub async fn rename(
    app: &PgPool,
    acting: &Acting,
    team: Uuid,
    name: &Name,
) -> Result<Team, AccessError> {
    let mut transaction = acting.begin(app).await?;
    let before = one(&mut transaction, acting.organization, team).await?.name;
    sqlx::query("update teams set name = $3 where organization_id = $1 and team_id = $2")
        .bind(acting.organization.0)
        .bind(team)
        .bind(name.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(|error| broken(error, &[TAKEN]))?;
    if before != name.as_str() {
        let change = (
            Some(json!({ "name": before })),
            Some(json!({ "name": name })),
        );
        acting
            .record(&mut transaction, "team.renamed", subject(team), change)
            .await?;
    }
    let renamed = one(&mut transaction, acting.organization, team).await?;
    transaction.commit().await?;
    Ok(renamed)
}

/// Deletes a team, with the roles it gave: nobody takes more than they have.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn delete(app: &PgPool, acting: &Acting, team: Uuid) -> Result<(), AccessError> {
    let mut transaction = acting.begin(app).await?;
    let roles = may_give(&mut transaction, acting, team).await?;
    let before = one(&mut transaction, acting.organization, team).await?;
    sqlx::query("delete from teams where organization_id = $1 and team_id = $2")
        .bind(acting.organization.0)
        .bind(team)
        .execute(&mut *transaction)
        .await?;
    let told = json!({ "name": before.name, "members": before.members, "roles": roles });
    let change = (Some(told), None);
    acting
        .record(&mut transaction, "team.deleted", subject(team), change)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Puts a member into a team, and so gives them its roles: nobody gives more than they have.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn add(
    app: &PgPool,
    acting: &Acting,
    team: Uuid,
    user: UserId,
) -> Result<Team, AccessError> {
    let mut transaction = acting.begin(app).await?;
    may_give(&mut transaction, acting, team).await?;
    let added = sqlx::query(
        "insert into team_members (organization_id, team_id, user_id) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(acting.organization.0)
    .bind(team)
    .bind(user.0)
    .execute(&mut *transaction)
    .await
    .map_err(|error| {
        broken(
            error,
            &[
                ("team_members_team", || AccessError::Unknown("team")),
                ("team_members_user", || AccessError::Unknown("member")),
            ],
        )
    })?;
    if added.rows_affected() > 0 {
        let change = (None, Some(json!({ "user": user })));
        acting
            .record(&mut transaction, "team.joined", subject(team), change)
            .await?;
    }
    let team = one(&mut transaction, acting.organization, team).await?;
    transaction.commit().await?;
    Ok(team)
}

/// Takes a member out of a team, and so takes its roles from them: nobody takes more than they have.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Refused`], or when the database fails.
pub async fn remove(
    app: &PgPool,
    acting: &Acting,
    team: Uuid,
    user: UserId,
) -> Result<Team, AccessError> {
    let mut transaction = acting.begin(app).await?;
    may_give(&mut transaction, acting, team).await?;
    let removed = sqlx::query(
        "delete from team_members where organization_id = $1 and team_id = $2 and user_id = $3",
    )
    .bind(acting.organization.0)
    .bind(team)
    .bind(user.0)
    .execute(&mut *transaction)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(AccessError::Unknown("member of this team"));
    }
    let change = (Some(json!({ "user": user })), None);
    acting
        .record(&mut transaction, "team.left", subject(team), change)
        .await?;
    let team = one(&mut transaction, acting.organization, team).await?;
    transaction.commit().await?;
    Ok(team)
}

/// The roles that a team gives, and where, if whoever acts may give and take all of them.
async fn may_give(
    connection: &mut PgConnection,
    acting: &Acting,
    team: Uuid,
) -> Result<Vec<(ProjectId, ProjectRole)>, AccessError> {
    let roles = given(connection, acting, team).await?;
    for (project, role) in &roles {
        may_grant(acting.rights.within(Some(*project)), role.permissions())?;
    }
    Ok(roles)
}

async fn given(
    connection: &mut PgConnection,
    acting: &Acting,
    team: Uuid,
) -> Result<Vec<(ProjectId, ProjectRole)>, AccessError> {
    let roles: Vec<(i64, String)> = sqlx::query_as(
        "select project_id, role from project_roles where organization_id = $1 and team_id = $2",
    )
    .bind(acting.organization.0)
    .bind(team)
    .fetch_all(connection)
    .await?;
    let roles = roles.into_iter().map(|(project, role)| {
        let unreadable = |error| sqlx::Error::Decode(Box::new(error));
        Ok((ProjectId(project), role.parse().map_err(unreadable)?))
    });
    roles.collect()
}

fn subject(team: Uuid) -> String {
    format!("team:{team}")
}
