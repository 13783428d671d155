//! What came of the errors that one is like, as an analysis is told of it.

use bugsage_domain::analysis::rules::Related;
use bugsage_domain::ids::ErrorId;
use bugsage_domain::occurrence::Occurrence;
use bugsage_domain::similarity;
use bugsage_projections::Scope;
use bugsage_projections::precedents::Precedent;

use super::Analyst;
use super::gather::failed;
use crate::Failure;

/// Characters of each text.
const TEXT_MAX: usize = 500;
/// Suggestions of each error.
const FIXES_MAX: usize = 2;

impl Analyst {
    /// A new error may not have been sketched yet, so it is sketched here as well: that takes less than a
    /// millisecond, and nothing is waited for.
    pub(super) async fn precedents(
        &self,
        scope: &Scope,
        error: ErrorId,
        occurrence: &Occurrence,
    ) -> Result<Vec<Related>, Failure> {
        let sketch = similarity::sketch(occurrence);
        let now = self.clock.now();
        let found = self.queries.precedents(scope, error, &sketch, now).await;
        Ok(found.map_err(failed)?.into_iter().map(related).collect())
    }
}

fn related(found: Precedent) -> Related {
    let analysis = found.analysis.filter(|one| one.summary.found == Some(true));
    let answer = analysis.as_ref().map(|one| &one.answer);
    let fixes = answer.and_then(|answer| answer.suggested_fixes.as_deref());
    let fixes = fixes.unwrap_or_default().iter().take(FIXES_MAX);
    let category = analysis
        .as_ref()
        .and_then(|one| one.summary.category.as_deref());
    Related {
        error: ErrorId(found.similar.error.id),
        title: beginning(&found.similar.error.title),
        // A share of 0 to 1, in whole hundredths.
        alike: (found.similar.score * 100.0).round() as u8,
        category: category.and_then(|category| category.parse().ok()),
        cause: answer
            .and_then(|answer| answer.root_cause.as_deref())
            .map(beginning),
        fixes: fixes.map(|fix| beginning(fix)).collect(),
        ended: found.ended.iter().map(|step| beginning(step)).collect(),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
