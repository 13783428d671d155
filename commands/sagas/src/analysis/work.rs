//! The job of one analysis.

use async_trait::async_trait;
use bugsage_commands::clock::Clock;
use bugsage_domain::error::{AnalysisFailure, AnalysisResult, ErrorCommand, ErrorGroup};
use bugsage_event_store::{CommandContext, ExecuteError};
use serde_json::{Value, json};

use super::Task;
use super::analyst::{Analyst, Made};
use super::gather::Gathered;
use super::reached::Reached;
use crate::{Context, Failure, Job, Outcome, Retry, Work};

/// However many calls the providers take: each holds an occurrence and what was gathered beside it.
const AT_ONCE_MAX: usize = 128;

/// Makes analyses.
pub(super) struct Analyse {
    pub(super) analyst: Analyst,
    pub(super) reached: Reached,
}

#[async_trait]
impl Work for Analyse {
    const KIND: &'static str = "analysis";
    /// By rules alone.
    const AT_ONCE: usize = 32;

    /// While some wait for their models, as many others are gathered and completed. More would wait for a
    /// model on the time that they have for its answer.
    fn at_once(&self) -> usize {
        match self.analyst.chain.concurrency() {
            0 => Self::AT_ONCE,
            calls => calls.saturating_mul(2).min(AT_ONCE_MAX),
        }
    }

    async fn run(&self, job: &Job, context: &Context) -> Result<Outcome, Failure> {
        let task: Task = serde_json::from_value(job.payload.clone()).map_err(Failure::lasting)?;
        let done = self.analyse(job, context, &task).await;
        if let Err(failure) = &done {
            let was_last = u32::try_from(job.tries).is_ok_and(|tries| tries >= Self::TRIES);
            if was_last || failure.retry == Retry::Never {
                let clock = &self.analyst.clock;
                fail(job, context, &task, AnalysisFailure::GaveUp, clock).await?;
            }
        }
        done
    }
}

impl Analyse {
    async fn analyse(&self, job: &Job, context: &Context, task: &Task) -> Result<Outcome, Failure> {
        let clock = &self.analyst.clock;
        let (number, at) = (task.number, clock.now());
        let start = ErrorCommand::StartAnalysis { number, at };
        // What was remembered of an earlier try may not hold any more: it has ended since.
        let starting = CommandContext {
            idempotency: None,
            ..job.context("start")
        };
        let under_way = tell(context, task, start, starting).await?;
        if under_way != json!(number) {
            return Ok(Outcome::done(json!("it is over")));
        }
        let (database, position) = (&context.database, job.position);
        self.reached.reach(database, position).await?;
        let gathered = match self.analyst.gather(job, task).await? {
            Ok(gathered) => gathered,
            Err(why) => {
                fail(job, context, task, why, clock).await?;
                return Ok(Outcome::done(json!({ "failed": why })));
            }
        };
        let analysing = self.analyst.analyse(job, context, task, &gathered.material);
        let made = analysing.await?;
        let result = self.complete(job, context, task, gathered, made).await?;
        Ok(Outcome::done(result))
    }

    /// The texts are written with the event that refers to them.
    async fn complete(
        &self,
        job: &Job,
        context: &Context,
        task: &Task,
        gathered: Gathered,
        made: Made,
    ) -> Result<Value, Failure> {
        let answer = json!(made.analysis).to_string();
        let (answer_ref, answer) = self.analyst.text(answer);
        let mut completing = job.context("complete");
        completing.texts.push(answer);
        completing.texts.extend(gathered.new_text);
        let told = json!({
            "provider": made.provider, "model": made.model, "category": made.analysis.category,
            "attempts": made.attempts, "held_back": made.held_back,
        });
        let found = made.is_found();
        let result = AnalysisResult {
            number: task.number,
            at: self.analyst.clock.now(),
            provider: made.provider,
            model: made.model,
            prompt_version: made.prompt_version.to_owned(),
            spent: made.spent,
            context: gathered.text,
            answer: answer_ref,
            category: made.analysis.category,
            // A share of 0 to 1, in whole hundredths.
            confidence: (made.analysis.confidence_score * 100.0).round() as u8,
            risk: made.analysis.risk_level,
            found,
            dropped: made.dropped,
            held_back: made.held_back,
        };
        let command = ErrorCommand::CompleteAnalysis(Box::new(result));
        tell(context, task, command, completing).await?;
        Ok(told)
    }
}

/// Ends one without a result; of one that ended this changes nothing.
pub(super) async fn fail(
    job: &Job,
    context: &Context,
    task: &Task,
    why: AnalysisFailure,
    clock: &Clock,
) -> Result<(), Failure> {
    let (number, at) = (task.number, clock.now());
    let command = ErrorCommand::FailAnalysis { number, why, at };
    let failing = job.context("fail");
    tell(context, task, command, failing).await.map(|_| ())
}

/// The number of the analysis that is under way after it. An error that is deleted refuses, and nothing
/// is under way.
pub(super) async fn tell(
    context: &Context,
    task: &Task,
    command: ErrorCommand,
    with: CommandContext,
) -> Result<Value, Failure> {
    let under_way = |group: &ErrorGroup, _: i64| {
        let live = group.live();
        json!(
            live.and_then(|live| live.analyses.under_way)
                .map(|one| one.number)
        )
    };
    let id = task.error.to_string();
    let executed = context
        .executor
        .execute::<ErrorGroup, _>(&id, command, with, under_way);
    match executed.await {
        Ok(executed) => Ok(executed.answer),
        Err(ExecuteError::Refused(_)) => Ok(Value::Null),
        Err(failure) => Err(Failure::passing(failure)),
    }
}
