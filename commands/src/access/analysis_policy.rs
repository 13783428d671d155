//! Which errors of a project are analysed without being asked. A project without a policy of its own goes by
//! the service's settings.

use bugsage_domain::error::Because;
use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::{AccessError, Acting};

/// Which errors of a project are analysed without being asked, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisPolicy {
    /// New ones.
    pub new: bool,
    /// Those that came back.
    pub regressed: bool,
    /// New ones and those that came back only if they are at least so bad: `low`, `medium`, `high` or
    /// `critical`.
    #[schema(value_type = String)]
    pub from_severity: Severity,
    /// Those that have occurred more often than this and were never analysed, however bad they are; null for
    /// none.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub above_count: Option<i64>,
    /// Percent of the organization's month's budget that are kept for people who ask: once no more is left,
    /// rules alone analyse what nobody asked for. 10 if left out.
    #[serde(default = "keep")]
    #[schema(minimum = 0, maximum = 100)]
    pub keep_budget_percent: u8,
    /// An analysis more sure than this starts a fix, once there are fixes; null for none, 0.7 if left out.
    #[serde(default = "sure")]
    #[schema(minimum = 0, maximum = 1)]
    pub fix_above_confidence: Option<f64>,
}

const fn keep() -> u8 {
    10
}

const fn sure() -> Option<f64> {
    Some(0.7)
}

/// The policy that a project goes by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct PolicyInForce {
    /// What it says.
    pub policy: AnalysisPolicy,
    /// Whether it is the project's own; else that of the service's settings.
    pub own: bool,
}

impl AnalysisPolicy {
    /// What else holds where the settings say which errors.
    #[must_use]
    pub const fn of(new: bool, regressed: bool, from_severity: Severity) -> Self {
        Self {
            new,
            regressed,
            from_severity,
            above_count: None,
            keep_budget_percent: keep(),
            fix_above_confidence: sure(),
        }
    }

    /// Whether it wants an analysis. What is frequent was found by this policy.
    #[must_use]
    pub fn wants(&self, because: Because, severity: Severity) -> bool {
        let is_bad = severity >= self.from_severity;
        match because {
            Because::New => self.new && is_bad,
            Because::Regressed => self.regressed && is_bad,
            Because::Frequent | Because::Asked | Because::SecondOpinion { .. } => true,
        }
    }

    fn check(&self) -> Result<(), AccessError> {
        let wrong = |told: &str| Err(AccessError::Invalid(told.to_owned()));
        if self.above_count.is_some_and(|count| count < 1) {
            return wrong("above_count is a number from 1 on, or null");
        }
        if self.keep_budget_percent > 100 {
            return wrong("keep_budget_percent is 0 to 100");
        }
        let confidence = self.fix_above_confidence.unwrap_or_default();
        match (0.0..=1.0).contains(&confidence) {
            true => Ok(()),
            false => wrong("fix_above_confidence is 0 to 1, or null"),
        }
    }
}

/// The policy of a project, or that of the settings.
///
/// # Errors
/// [`AccessError::Unknown`], or when the database fails.
pub async fn get(
    app: &PgPool,
    organization: OrganizationId,
    project: ProjectId,
    otherwise: AnalysisPolicy,
) -> Result<PolicyInForce, AccessError> {
    let mut transaction = tenant(app, organization).await?;
    one(&mut transaction, organization, project, otherwise).await
}

async fn one(
    connection: &mut PgConnection,
    organization: OrganizationId,
    project: ProjectId,
    otherwise: AnalysisPolicy,
) -> Result<PolicyInForce, AccessError> {
    let own: Option<Option<Json<AnalysisPolicy>>> = sqlx::query_scalar(
        "select analysis_policy from projects where organization_id = $1 and project_id = $2",
    )
    .bind(organization.0)
    .bind(project.0)
    .fetch_optional(connection)
    .await?;
    let own = own.ok_or(AccessError::Unknown("project"))?;
    Ok(PolicyInForce {
        own: own.is_some(),
        policy: own.map_or(otherwise, |Json(policy)| policy),
    })
}

/// The policy of the project of an error.
///
/// # Errors
/// When the database fails.
pub async fn of_error(
    app: &PgPool,
    organization: OrganizationId,
    error: ErrorId,
    otherwise: AnalysisPolicy,
) -> Result<AnalysisPolicy, sqlx::Error> {
    let mut transaction = tenant(app, organization).await?;
    of_error_in(&mut transaction, organization, error, otherwise).await
}

/// The same in a transaction that is of the organization already.
///
/// # Errors
/// When the database fails.
pub async fn of_error_in(
    connection: &mut PgConnection,
    organization: OrganizationId,
    error: ErrorId,
    otherwise: AnalysisPolicy,
) -> Result<AnalysisPolicy, sqlx::Error> {
    let own: Option<Option<Json<AnalysisPolicy>>> = sqlx::query_scalar(
        "select p.analysis_policy from error_state s
           join projects p on p.organization_id = s.organization_id and p.project_id = s.project_id
          where s.organization_id = $1 and s.error_id = $2",
    )
    .bind(organization.0)
    .bind(error.0)
    .fetch_optional(connection)
    .await?;
    Ok(own.flatten().map_or(otherwise, |Json(policy)| policy))
}

/// Gives a project a policy of its own, or, with none, has it go by that of the settings again.
///
/// # Errors
/// [`AccessError::Unknown`], [`AccessError::Invalid`], or when the database fails.
pub async fn set(
    app: &PgPool,
    acting: &Acting,
    project: ProjectId,
    policy: Option<AnalysisPolicy>,
    otherwise: AnalysisPolicy,
) -> Result<PolicyInForce, AccessError> {
    policy.as_ref().map_or(Ok(()), AnalysisPolicy::check)?;
    let mut transaction = acting.begin(app).await?;
    sqlx::query("select 1 from projects where organization_id = $1 and project_id = $2 for update")
        .bind(acting.organization.0)
        .bind(project.0)
        .execute(&mut *transaction)
        .await?;
    let before = one(&mut transaction, acting.organization, project, otherwise).await?;
    let after = PolicyInForce {
        policy: policy.unwrap_or(otherwise),
        own: policy.is_some(),
    };
    if before != after {
        sqlx::query("update projects set analysis_policy = $3 where organization_id = $1 and project_id = $2")
            .bind(acting.organization.0)
            .bind(project.0)
            .bind(policy.map(Json))
            .execute(&mut *transaction)
            .await?;
        let change = (Some(json!(before)), Some(json!(after)));
        let (action, subject) = (
            "project.analysis_policy_changed",
            format!("project:{project}"),
        );
        acting
            .record(&mut transaction, action, subject, change)
            .await?;
    }
    transaction.commit().await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wants_what_it_says_from_a_severity_on() {
        let policy = AnalysisPolicy::of(true, false, Severity::High);
        assert!(policy.wants(Because::New, Severity::Critical));
        assert!(policy.wants(Because::New, Severity::High));
        assert!(!policy.wants(Because::New, Severity::Medium));
        assert!(!policy.wants(Because::Regressed, Severity::Critical));
        assert!(policy.wants(Because::Frequent, Severity::Low));
        let off = AnalysisPolicy::of(false, false, Severity::Low);
        assert!(!off.wants(Because::New, Severity::Critical));
    }
}
