//! What came of the errors that one is like, as an analysis is told of it.

use bugsage_domain::analysis::rules::Related;
use bugsage_projections::precedents::Precedent;

/// Characters of each text.
const TEXT_MAX: usize = 500;
/// Suggestions of each error.
const FIXES_MAX: usize = 2;

pub(super) fn related(found: Precedent) -> Related {
    let category = found.category.as_deref();
    Related {
        error: found.error,
        title: beginning(&found.title),
        // A share of 0 to 1, in whole hundredths.
        alike: (found.score * 100.0).round() as u8,
        category: category.and_then(|category| category.parse().ok()),
        cause: found.cause.as_deref().map(beginning),
        fixes: beginnings(found.fixes.iter().take(FIXES_MAX)),
        ended: beginnings(found.ended.iter()),
    }
}

fn beginnings<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    texts.map(|text| beginning(text)).collect()
}

fn beginning(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
