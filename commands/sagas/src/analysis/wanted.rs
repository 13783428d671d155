//! Asking for an analysis of an error that is new or came back, where the policy wants one.

use async_trait::async_trait;
use bugsage_commands::access::analysis_policy::{self, AnalysisPolicy};
use bugsage_commands::clock::Clock;
use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Because, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
use bugsage_domain::severity::Severity;
use bugsage_event_store::ExecuteError;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::SAGA;
use crate::{Context, Failure, Job, Outcome, Work};

/// What may be wanted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wish {
    pub(super) error: ErrorId,
    pub(super) because: Because,
    pub(super) severity: Severity,
}

/// Judges wishes.
pub(super) struct Wanted {
    /// Of projects without one of their own.
    pub(super) policy: AnalysisPolicy,
    pub(super) clock: Clock,
}

#[async_trait]
impl Work for Wanted {
    const KIND: &'static str = "analysis_wanted";
    /// Their commands are committed together.
    const AT_ONCE: usize = 16;

    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure> {
        let wish: Wish = serde_json::from_value(job.payload.clone()).map_err(Failure::lasting)?;
        let policy =
            analysis_policy::of_error(&context.database, job.organization, wish.error, self.policy);
        if !policy.await?.wants(wish.because, wish.severity) {
            return Ok(Outcome::done(json!("not wanted")));
        }
        let command = ErrorCommand::RequestAnalysis {
            by: Actor::Saga {
                name: SAGA.to_owned(),
            },
            because: wish.because,
            provider: None,
            prompt_version: None,
            at: self.clock.now(),
        };
        let (id, asking) = (wish.error.to_string(), job.context("request"));
        let executed = context
            .executor
            .execute::<ErrorGroup, _>(&id, command, asking, |_, _| ());
        match executed.await {
            Ok(_) => Ok(Outcome::done(json!("requested"))),
            // Settled, merged or asked for meanwhile.
            Err(ExecuteError::Refused(refusal)) => Ok(Outcome::done(json!(refusal.to_string()))),
            Err(failure) => Err(Failure::passing(failure)),
        }
    }
}
