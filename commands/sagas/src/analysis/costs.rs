//! What models were paid for analyses: every try of a job counts, also one that broke off.

use async_trait::async_trait;
use bugsage_commands::access::analysis_policy::{self, AnalysisPolicy};
use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_event_store::tenant;
use bugsage_models::{Account, MicroDollars};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::budget::TIME;

/// One try of an analysis. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    pub(super) database: PgPool,
    pub(super) organization: OrganizationId,
    pub(super) error: ErrorId,
    pub(super) try_id: Uuid,
    /// What is paid of it.
    pub(super) paid: MicroDollars,
}

/// What analyses have cost, in millionths of the currency that prices are in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub(super) struct Spending {
    /// All of the organization, this month (UTC).
    pub(super) organization: i64,
    /// All of the error, ever.
    pub(super) error: i64,
}

impl Costs {
    /// Before this try. A try that may still be under way is not counted for the month, for what stands for
    /// it is the most it can cost; of one error there is but one, so whatever is not over has broken off. And the policy that the error's project goes by.
    pub(super) async fn before(
        &self,
        otherwise: AnalysisPolicy,
    ) -> Result<(Spending, AnalysisPolicy), sqlx::Error> {
        let mut transaction = tenant(&self.database, self.organization).await?;
        let spent = sqlx::query_as(
            "select (select coalesce(sum(micros), 0)::bigint from analysis_costs
                      where organization_id = $1
                        and begun_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
                        and (is_over or begun_at < now() - make_interval(secs => $3))) as organization,
                    (select coalesce(sum(micros), 0)::bigint from analysis_costs
                      where organization_id = $1 and error_id = $2) as error",
        )
        .bind(self.organization.0)
        .bind(self.error.0)
        .bind(TIME.as_secs_f64())
        .fetch_one(&mut *transaction)
        .await?;
        let (organization, error) = (self.organization, self.error);
        let policy =
            analysis_policy::of_error_in(&mut transaction, organization, error, otherwise).await?;
        transaction.rollback().await?;
        Ok((spent, policy))
    }

    /// It is over, and this is what it cost.
    pub(super) async fn end(&self) -> Result<(), sqlx::Error> {
        self.note(self.paid, true).await
    }

    async fn note(&self, micros: MicroDollars, is_over: bool) -> Result<(), sqlx::Error> {
        sqlx::query("select note_analysis_cost($1, $2, $3, $4, $5)")
            .bind(self.organization.0)
            .bind(self.error.0)
            .bind(self.try_id)
            .bind(i64::try_from(micros).unwrap_or(i64::MAX))
            .bind(is_over)
            .execute(&self.database)
            .await
            .map(|_| ())
    }
}

#[async_trait]
impl Account for Costs {
    async fn notes(&self, most: MicroDollars) -> bool {
        let noted = self.note(self.paid.saturating_add(most), false).await;
        if let Err(error) = &noted {
            tracing::warn!(organization = %self.organization, %error, "the cost of a model cannot be noted");
        }
        noted.is_ok()
    }
}
