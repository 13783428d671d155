//! The analyst that needs no model: deterministic, offline, and honest that it only guesses.
//!
//! What it knows is data, a file a language: `signs` say which types, messages and frames tell
//! which category, `clues` which name a message holds and what to do about it. `evaluate` reads
//! one exception by the signs, `chain` takes the root-most that tells something, and `telling`
//! puts it into sentences.

mod advice;
mod chain;
mod circumstances;
mod clues;
mod evaluate;
pub(super) mod foreign;
mod language;
mod place;
mod quote;
mod reading;
mod rule;
mod seen;
mod signs;
mod telling;
mod tools;

pub use circumstances::{Circumstances, Related};

use super::{Analysis, Category, Context, Effort, RELATED_MAX, RootCause};
use crate::occurrence::{Exception, Frame, Occurrence, Stacktrace};
use chain::Finding;
use language::Language;
use telling::Telling;

/// Explains an occurrence by rules alone. The same in gives the same out, never more than 0.4 of
/// confidence, and 0 with the cause not found where no rule fits.
#[must_use]
pub fn analyze(occurrence: &Occurrence, circumstances: &Circumstances) -> Analysis {
    let language = Language::of(occurrence);
    let finding = chain::finding(occurrence, language);
    let telling = Telling {
        occurrence,
        circumstances,
        language,
        finding: finding.as_ref(),
    };
    let category = finding
        .as_ref()
        .map_or(Category::Unknown, Finding::category);
    let mut analysis = Analysis {
        category,
        root_cause: match telling.whys() {
            Some(whys) => RootCause::Found { whys },
            None => RootCause::NotFound {
                reason: telling.reason(),
            },
        },
        evidence: telling.evidence(),
        impact_assessment: telling.impact(),
        suggested_fixes: telling.fixes(),
        confidence_score: finding.as_ref().map_or(0.0, Finding::confidence),
        risk_level: circumstances.severity,
        estimated_effort: finding
            .as_ref()
            .map_or(Effort::Unknown, |found| advice::on(found.category()).effort),
        related_errors: circumstances.related.iter().map(|one| one.error).collect(),
        prevention_suggestions: telling.prevention(),
    };
    analysis.related_errors.truncate(RELATED_MAX);
    analysis
}

/// What names vary by differs from platform to platform, and so does what is compiled to read them.
const PLATFORMS: [&str; 9] = [
    "python",
    "javascript",
    "java",
    "go",
    "rust",
    "native",
    "php",
    "ruby",
    "csharp",
];

/// Lays out the tables of all languages, a few milliseconds each, and what grouping compiles to read
/// frames, for which else the first occurrence of a language waits.
pub fn prepare() {
    Language::ALL.into_iter().for_each(evaluate::prepare);
    for platform in PLATFORMS {
        for module in [None, Some("Prepared$1")] {
            _ = analyze(&varying(platform, module), &Circumstances::default());
        }
    }
}

/// An occurrence whose every name has something that varies: what has nothing is not looked at closely.
fn varying(platform: &str, module: Option<&str>) -> Occurrence {
    let frame = Frame {
        function: Some("block in prepared$1".to_owned()),
        module: module.map(str::to_owned),
        filename: Some("lib/prepared-1.2.3/prepared.0f0f0f0f.js".to_owned()),
        in_app: Some(true),
        ..Frame::default()
    };
    let exception = Exception {
        kind: Some("KeyError".to_owned()),
        value: Some("'prepared' is not there, 1 of 2".to_owned()),
        stacktrace: Some(Stacktrace {
            frames: vec![frame],
        }),
        ..Exception::default()
    };
    Occurrence {
        platform: Some(platform.to_owned()),
        exceptions: vec![exception],
        ..Occurrence::default()
    }
}

/// What the evidence of [`analyze`] may point at.
#[must_use]
pub fn context(occurrence: &Occurrence, circumstances: &Circumstances) -> Context {
    let mut context = Context::of(occurrence);
    context.extend(circumstances.pointers());
    context
}
