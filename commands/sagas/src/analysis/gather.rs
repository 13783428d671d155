//! Gathering what an analysis is made from.

use bugsage_domain::analysis::repository::Repository;
use bugsage_domain::analysis::rules::Circumstances;
use bugsage_domain::error::{AnalysisFailure, TextRef};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::NewText;
use bugsage_projections::subject::Subject;
use bugsage_projections::{QueryError, Scope};
use serde_json::{Value, json};

use super::analyst::Analyst;
use super::budget::Left;
use super::costs::Costs;
use super::precedents::related;
use super::{Material, Task};
use crate::{Failure, Job};

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
    /// beside it. For when the read models know of the request.
    pub(super) async fn gather(&self, job: &Job, task: &Task) -> Found<Gathered> {
        if let Some(first) = task.opinion_on {
            let (scope, first) = (scope(job.organization), Some(first));
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
        self.gather_anew(job, task).await
    }

    async fn gather_anew(&self, job: &Job, task: &Task) -> Found<Gathered> {
        let all = scope(job.organization);
        let subject = self.queries.subject(&all, task.error).await;
        let Some(subject) = subject.map_err(failed)? else {
            return Ok(Err(AnalysisFailure::NoOccurrence));
        };
        let source = self.source(job.organization, &subject).await;
        let (payload, circumstances) = circumstances(subject, source);
        let material = Material::of(task.error, &payload, circumstances);
        let (text, new_text) = self.text(json!(material).to_string());
        Ok(Ok(Gathered {
            material,
            text,
            new_text: Some(new_text),
        }))
    }

    /// What may be spent on it. What the policy keeps of the month's budget is for those who ask.
    pub(super) async fn left(&self, task: &Task, costs: &Costs) -> Result<Left, Failure> {
        let (spent, policy) = costs.before(self.policy).await?;
        let kept = match task.by_itself {
            true => policy.keep_budget_percent,
            false => 0,
        };
        Ok(self.budgets.left(spent, kept))
    }
}

fn circumstances(subject: Subject, repository: Option<Repository>) -> (Value, Circumstances) {
    let circumstances = Circumstances {
        severity: subject.severity.parse().unwrap_or_default(),
        first_seen: Some(subject.first_seen),
        releases: subject.releases,
        environments: subject.environments,
        occurrences: subject.occurrences.unsigned_abs(),
        users: subject.users.unsigned_abs(),
        related: subject.precedents.into_iter().map(related).collect(),
        repository,
    };
    (subject.payload, circumstances)
}

/// A job acts for the organization whose event it follows from.
#[expect(clippy::disallowed_methods, reason = "a job has proved whose it is")]
fn scope(organization: OrganizationId) -> Scope {
    Scope::of(organization, None)
}

pub(super) fn failed(error: QueryError) -> Failure {
    match error {
        QueryError::Payload(_) => Failure::lasting(error),
        error => Failure::passing(error),
    }
}
