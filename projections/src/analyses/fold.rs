//! What a domain event changes in the row of an analysis. Pure.

use bugsage_domain::error::{AnalysisFailure, AnalysisResult, Because, ErrorEvent, HeldBack};
use bugsage_event_store::subscription::HandlerError;
use chrono::SubsecRound;
use serde_json::{Map, Value, json};

/// New values of a row's columns.
pub(super) struct Changed {
    /// In which states the row takes them; `None` for the row's beginning.
    pub(super) from: Option<&'static [&'static str]>,
    /// By their names.
    pub(super) columns: Map<String, Value>,
}

/// The states of one under way.
const UNDER_WAY: &[&str] = &["requested", "running", "held_back"];

/// The number of the analysis and what changes of it, if the event tells of one.
pub(super) fn fold(event: &ErrorEvent) -> Result<Option<(u32, Changed)>, HandlerError> {
    // The table keeps microseconds, and would round what is finer.
    let (number, from, columns) = match event {
        ErrorEvent::ErrorAnalysisRequested {
            number,
            by,
            because,
            at,
            ..
        } => {
            let (because, on) = reason(*because);
            let columns = json!({
                "state": "requested", "because": because, "opinion_on": on,
                "requested_by": by.to_string(), "requested_at": at.trunc_subsecs(6),
            });
            (*number, None, columns)
        }
        ErrorEvent::ErrorAnalysisStarted { number, at } => {
            let columns = json!({"state": "running", "started_at": at.trunc_subsecs(6)});
            (*number, Some(&["requested"][..]), columns)
        }
        ErrorEvent::ErrorAnalysisHeldBack { number, why, at } => {
            let columns = json!({
                "state": "held_back", "held_back": held_back(*why), "held_back_at": at.trunc_subsecs(6),
            });
            (*number, Some(&["requested", "running"][..]), columns)
        }
        ErrorEvent::ErrorAnalysisCompleted(result) => {
            (result.number, Some(UNDER_WAY), completed(result)?)
        }
        ErrorEvent::ErrorAnalysisFailed { number, why, at } => {
            let columns = json!({
                "state": "failed", "failure": failure(*why), "ended_at": at.trunc_subsecs(6),
            });
            (*number, Some(UNDER_WAY), columns)
        }
        ErrorEvent::ErrorAnalysisSuperseded { number, by } => {
            let columns = json!({"state": "superseded", "superseded_by": by});
            (*number, Some(&["completed"][..]), columns)
        }
        _ => return Ok(None),
    };
    let Value::Object(columns) = columns else {
        return Ok(None);
    };
    Ok(Some((number, Changed { from, columns })))
}

fn completed(result: &AnalysisResult) -> Result<Value, HandlerError> {
    Ok(json!({
        "state": "completed",
        "ended_at": result.at.trunc_subsecs(6),
        "provider": result.provider,
        "model": result.model,
        "prompt_version": result.prompt_version,
        "input_tokens": i64::try_from(result.spent.input_tokens)?,
        "output_tokens": i64::try_from(result.spent.output_tokens)?,
        "cost_micros": i64::try_from(result.spent.micros)?,
        "milliseconds": i64::try_from(result.spent.milliseconds)?,
        "context_text_id": result.context.id.0,
        "context_digest": result.context.digest,
        "answer_text_id": result.answer.id.0,
        "category": result.category.as_str(),
        "confidence": result.confidence,
        "risk": result.risk.as_str(),
        "found": result.found,
        "dropped": i32::try_from(result.dropped)?,
        "held_back": result.held_back.map(held_back),
    }))
}

const fn reason(because: Because) -> (&'static str, Option<u32>) {
    match because {
        Because::New => ("new", None),
        Because::Regressed => ("regressed", None),
        Because::Frequent => ("frequent", None),
        Because::Asked => ("asked", None),
        Because::SecondOpinion { of } => ("second_opinion", Some(of)),
    }
}

const fn held_back(why: HeldBack) -> &'static str {
    match why {
        HeldBack::ErrorBudget => "error_budget",
        HeldBack::MonthBudget => "month_budget",
        HeldBack::NoAnswer => "no_answer",
    }
}

const fn failure(why: AnalysisFailure) -> &'static str {
    match why {
        AnalysisFailure::NoOccurrence => "no_occurrence",
        AnalysisFailure::ContextErased => "context_erased",
        AnalysisFailure::GaveUp => "gave_up",
    }
}
