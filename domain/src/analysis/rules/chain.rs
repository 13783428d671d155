//! Which exception of a chain tells the cause.

use super::clues::{self, Told};
use super::evaluate::{Verdict, verdict};
use super::language::Language;
use super::rule::Strength;
use crate::analysis::Category;
use crate::occurrence::{Exception, Occurrence};

/// Exceptions of a chain that are read, from each end.
const READ_MAX: usize = 8;

/// The exception that tells, and what it tells.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    /// Its number in the chain; `None` if it was a message that was logged.
    pub(super) number: Option<usize>,
    pub(super) exception: Exception,
    pub(super) verdict: Verdict,
    pub(super) clue: Option<Told>,
}

impl Finding {
    pub(super) fn category(&self) -> Category {
        self.verdict.category
    }

    pub(super) fn confidence(&self) -> f64 {
        self.verdict.strength.confidence()
    }
}

/// The root-most exception that tells something clearly; else the root-most that does so fairly,
/// else weakly. A log message counts where there is no exception.
pub(super) fn finding(occurrence: &Occurrence, language: Language) -> Option<Finding> {
    let chain = &occurrence.exceptions;
    let told = chain
        .iter()
        .enumerate()
        .filter(|(number, _)| *number < READ_MAX || *number + READ_MAX >= chain.len());
    let told: Vec<_> = told
        .filter_map(|(number, one)| Some((Some(number), one.clone(), verdict(one, language)?)))
        .collect();
    let told = match logged(occurrence).filter(|_| chain.is_empty()) {
        Some(message) => {
            let verdict = verdict(&message, language);
            verdict
                .map(|verdict| (None, message, verdict))
                .into_iter()
                .collect()
        }
        None => told,
    };
    let at_least = |strength: Strength| told.iter().find(|(_, _, told)| told.strength >= strength);
    let (number, exception, verdict) = at_least(Strength::Clear)
        .or_else(|| at_least(Strength::Fair))
        .or_else(|| told.first())?
        .clone();
    Some(Finding {
        clue: clues::of(&exception, verdict.category, language),
        number,
        exception,
        verdict,
    })
}

/// A message that was logged, as an exception without a type.
fn logged(occurrence: &Occurrence) -> Option<Exception> {
    let message = occurrence.message.as_ref()?;
    Some(Exception {
        value: Some(message.formatted.clone()),
        ..Exception::default()
    })
}
