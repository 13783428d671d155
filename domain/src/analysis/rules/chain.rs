//! Which exception of a chain tells the cause.

use std::borrow::Cow;

use super::clues::{self, Told};
use super::evaluate::{Verdict, verdict};
use super::language::Language;
use super::rule::Strength;
use crate::analysis::Category;
use crate::occurrence::{Exception, Occurrence};

/// Exceptions of a chain that are read, from each end.
const READ_MAX: usize = 8;

/// The exception that tells, and what it tells.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    /// Its number in the chain; `None` if it was a message that was logged.
    pub(super) number: Option<usize>,
    pub(super) exception: Cow<'a, Exception>,
    pub(super) verdict: Verdict,
    pub(super) clue: Option<Told>,
}

impl Finding<'_> {
    pub(super) fn category(&self) -> Category {
        self.verdict.category
    }

    pub(super) fn confidence(&self) -> f64 {
        self.verdict.strength.confidence()
    }
}

/// The root-most exception that tells something clearly; else the root-most that does so fairly,
/// weakly, faintly. A log message counts where there is no exception.
pub(super) fn finding(occurrence: &Occurrence, language: Language) -> Option<Finding<'_>> {
    let told: Vec<_> = read(occurrence)
        .into_iter()
        .filter_map(|(number, one)| Some((number, verdict(&one, language)?, one)))
        .collect();
    let least = [
        Strength::Clear,
        Strength::Fair,
        Strength::Weak,
        Strength::Faint,
    ];
    let root_most = |least: Strength| told.iter().position(|(_, told, _)| told.strength >= least);
    let at = least.into_iter().find_map(root_most)?;
    let category = told.get(at)?.1.category;
    // What wraps it may name what it does not: the host, the file.
    let alike = told
        .iter()
        .skip(at)
        .filter(|(_, told, _)| told.category == category);
    let clue = alike
        .into_iter()
        .find_map(|(.., one)| clues::of(one, category, language));
    let (number, verdict, exception) = told.into_iter().nth(at)?;
    Some(Finding {
        clue,
        number,
        exception,
        verdict,
    })
}

/// The exceptions that are read, with their numbers: both ends of the chain.
fn read(occurrence: &Occurrence) -> Vec<(Option<usize>, Cow<'_, Exception>)> {
    let chain = &occurrence.exceptions;
    if chain.is_empty() {
        let message = occurrence.message.as_ref();
        let logged = message.map(|message| Exception {
            value: Some(message.formatted.clone()),
            ..Exception::default()
        });
        return logged
            .map(|one| (None, Cow::Owned(one)))
            .into_iter()
            .collect();
    }
    let ends = |number: usize| number < READ_MAX || number + READ_MAX >= chain.len();
    let numbered = chain.iter().enumerate().filter(|(number, _)| ends(*number));
    numbered
        .map(|(number, one)| (Some(number), Cow::Borrowed(one)))
        .collect()
}
