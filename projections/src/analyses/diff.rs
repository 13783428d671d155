//! Two analyses of one error side by side.

use serde::Serialize;

use super::{Analysis, AnalysisMetadata, Claim};

/// What one of the two says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AnalysisSide {
    /// Which it is.
    pub number: i32,
    /// What kind of cause it sees.
    pub category: Option<String>,
    /// Why it happened; null where there is no answer, or it is erased.
    pub root_cause: Option<String>,
    /// How sure it is, 0 to 1.
    pub confidence_score: Option<f64>,
    /// Claims that rest on what the other does not point at.
    pub own_evidence: Vec<Claim>,
    /// By whom, and what it took.
    pub analysis_metadata: AnalysisMetadata,
}

/// Where two analyses of one error differ.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AnalysisDiff {
    /// Both were made from the same.
    pub same_context: bool,
    /// Both see the same kind of cause.
    pub same_category: bool,
    /// What both point at.
    pub common_evidence: Vec<String>,
    /// The first.
    pub one: AnalysisSide,
    /// The other.
    pub other: AnalysisSide,
}

impl AnalysisDiff {
    /// Of two analyses.
    #[must_use]
    pub fn of(one: &Analysis, other: &Analysis) -> Self {
        let mut common: Vec<String> = claims(one)
            .iter()
            .filter(|claim| points_at(other, &claim.points_at))
            .map(|claim| claim.points_at.clone())
            .collect();
        common.sort();
        common.dedup();
        let digest = |side: &Analysis| side.summary.analysis_metadata.context_digest.clone();
        Self {
            same_context: digest(one).is_some() && digest(one) == digest(other),
            same_category: one.summary.category == other.summary.category,
            common_evidence: common,
            one: side(one, other),
            other: side(other, one),
        }
    }
}

fn side(this: &Analysis, that: &Analysis) -> AnalysisSide {
    let own = claims(this)
        .iter()
        .filter(|claim| !points_at(that, &claim.points_at));
    AnalysisSide {
        number: this.summary.number,
        category: this.summary.category.clone(),
        root_cause: this.answer.root_cause.clone(),
        confidence_score: this.summary.confidence_score,
        own_evidence: own.cloned().collect(),
        analysis_metadata: this.summary.analysis_metadata.clone(),
    }
}

fn claims(analysis: &Analysis) -> &[Claim] {
    analysis.answer.evidence.as_deref().unwrap_or_default()
}

fn points_at(analysis: &Analysis, thing: &str) -> bool {
    claims(analysis)
        .iter()
        .any(|claim| claim.points_at == thing)
}
