//! Gathering what an analysis is made from.

use std::time::Duration;

use bugsage_commands::access::analysis_policy;
use bugsage_domain::analysis::rules::Circumstances;
use bugsage_domain::error::{AnalysisFailure, TextRef};
use bugsage_domain::ids::{EventId, OrganizationId, ProjectId};
use bugsage_domain::occurrence;
use bugsage_event_store::{NewText, subscription};
use bugsage_projections::errors::ErrorDetail;
use bugsage_projections::{QueryError, Scope};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::analyst::Analyst;
use super::budget::Left;
use super::costs::Costs;
use super::{Material, Task};
use crate::{Context, Failure, Job};

/// The longest wait for the read models to know of what is analysed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether they do.
const PAUSE: Duration = Duration::from_millis(10);
/// Releases that are named.
const RELEASES: u32 = 20;

/// What an analysis is made from, and how it is kept.
pub(super) struct Gathered {
    pub(super) material: Material,
    pub(super) text: TextRef,
    /// Not of a second opinion: its context is kept already.
    pub(super) new_text: Option<NewText>,
}

type Found<T> = Result<Result<T, AnalysisFailure>, Failure>;

impl Analyst {
    /// What was kept of the one it is a second opinion on; else the newest occurrence and what is known
    /// beside it.
    pub(super) async fn gather(
        &self,
        job: &Job,
        context: &Context,
        task: &Task,
    ) -> Found<Gathered> {
        reach(context, job.position).await?;
        if let Some(first) = task.opinion_on {
            let (scope, first) = (scope(job.organization, None), Some(first));
            let first = self.queries.analysis(&scope, task.error, first).await;
            if let Some(first) = first.map_err(failed)?
                && let Some(id) = first.context
            {
                let kept = self.queries.text(&scope, id).await.map_err(failed)?;
                let Some(kept) = kept else {
                    return Ok(Err(AnalysisFailure::ContextErased));
                };
                let digest = first.summary.analysis_metadata.context_digest;
                return Ok(Ok(Gathered {
                    material: serde_json::from_str(&kept).map_err(Failure::lasting)?,
                    text: TextRef {
                        id,
                        digest: digest.unwrap_or_default(),
                    },
                    new_text: None,
                }));
            }
        }
        self.gather_anew(job, context, task).await
    }

    async fn gather_anew(&self, job: &Job, context: &Context, task: &Task) -> Found<Gathered> {
        let all = scope(job.organization, None);
        let now = self.clock.now();
        let detail = self.queries.detail(&all, task.error, now).await;
        let Some(detail) = detail.map_err(failed)? else {
            return Ok(Err(AnalysisFailure::NoOccurrence));
        };
        let Some(newest) = detail.latest_event_id else {
            return Ok(Err(AnalysisFailure::NoOccurrence));
        };
        // An id is unique in a project only.
        let id = ProjectId(detail.summary.project_id);
        let project = scope(job.organization, Some(id));
        let newest = self.queries.occurrence(&project, EventId(newest)).await;
        let Some(newest) = newest.map_err(failed)? else {
            return Ok(Err(AnalysisFailure::NoOccurrence));
        };
        let releases = self.queries.releases(&all, task.error, RELEASES).await;
        let releases = releases.map_err(failed)?;
        let occurrence = occurrence::decode(newest.payload.to_string().as_bytes());
        let occurrence = occurrence.map_err(Failure::lasting)?;
        let at = newest.summary.occurred_at;
        let source = self.source((job, context), id, (&occurrence, at), &releases);
        let circumstances = Circumstances {
            repository: source.await?,
            related: self.precedents(&project, task.error, &occurrence).await?,
            ..circumstances(detail, releases)
        };
        let material = Material::of(task.error, &newest.payload, circumstances);
        let (text, new_text) = self.text(json!(material).to_string());
        Ok(Ok(Gathered {
            material,
            text,
            new_text: Some(new_text),
        }))
    }

    /// What may be spent on it.
    pub(super) async fn left(
        &self,
        job: &Job,
        context: &Context,
        task: &Task,
        costs: &Costs,
    ) -> Result<Left, Failure> {
        let kept = match task.by_itself {
            true => self.kept(job, context, task).await?,
            false => 0,
        };
        let spent = costs.before().await?;
        Ok(self.budgets.left(spent, kept))
    }

    /// Percent of the month's budget that are for those who ask.
    async fn kept(&self, job: &Job, context: &Context, task: &Task) -> Result<u8, Failure> {
        let (database, organization) = (&context.database, job.organization);
        let policy = analysis_policy::of_error(database, organization, task.error, self.policy);
        Ok(policy.await?.keep_budget_percent)
    }
}

fn circumstances(detail: ErrorDetail, releases: Vec<String>) -> Circumstances {
    let summary = detail.summary;
    Circumstances {
        severity: summary.severity.parse().unwrap_or_default(),
        first_seen: Some(summary.first_seen),
        releases,
        environments: detail.environments,
        occurrences: summary.count.unsigned_abs(),
        users: summary.users_affected.unsigned_abs(),
        ..Circumstances::default()
    }
}

/// Waits until the read models have come as far as the event that asked for it.
async fn reach(context: &Context, position: i64) -> Result<(), Failure> {
    let reached = async {
        while subscription::reached(&context.database).await? < position {
            sleep(PAUSE).await;
        }
        Ok::<_, sqlx::Error>(())
    };
    match timeout(PATIENCE, reached).await {
        Ok(reached) => Ok(reached?),
        Err(_) => Err(Failure::passing("the read models are behind")),
    }
}

/// A job acts for the organization whose event it follows from.
#[expect(clippy::disallowed_methods, reason = "a job has proved whose it is")]
fn scope(organization: OrganizationId, project: Option<ProjectId>) -> Scope {
    Scope::of(organization, project)
}

pub(super) fn failed(error: QueryError) -> Failure {
    match error {
        QueryError::Payload(_) => Failure::lasting(error),
        error => Failure::passing(error),
    }
}
