//! What was answered, under the names of the API.

use bugsage_domain::analysis::{Analysis, RootCause};
use serde::Serialize;
use uuid::Uuid;

/// Why it happened, or why that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cause {
    /// A chain down to the deepest cause that the evidence supports: each says why the one before is so.
    pub whys: Vec<String>,
    /// Why no cause was found; null if one was.
    pub not_found_reason: Option<String>,
}

/// A claim, and the thing that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Claim {
    /// What is claimed.
    pub claim: String,
    /// What shows it: `exception:0`, `frame:0.3`, `line:src/cart.py:41`, `breadcrumb:2`, `tag:browser`,
    /// `release:2.4`, `error:…`, `commit:…`.
    pub points_at: String,
}

/// What was answered; all null until there is an answer, and once it is erased.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AnalysisAnswer {
    /// Why it happened, in one text.
    pub root_cause: Option<String>,
    /// The same as a chain.
    pub cause: Option<Cause>,
    /// What the cause rests on.
    pub evidence: Option<Vec<Claim>>,
    /// Who or what suffers, and how much.
    pub impact_assessment: Option<String>,
    /// What to do, the best first.
    pub suggested_fixes: Option<Vec<String>>,
    /// `minutes`, `hours`, `days`, `weeks` or `unknown`.
    pub estimated_effort: Option<String>,
    /// Errors that may have the same cause.
    pub related_errors: Option<Vec<Uuid>>,
    /// What would have prevented the like.
    pub prevention_suggestions: Option<Vec<String>>,
}

impl AnalysisAnswer {
    /// As it is stored; what cannot be read is as none.
    pub(crate) fn read(json: &str) -> Self {
        serde_json::from_str(json).map_or_else(|_| Self::default(), Self::of)
    }

    fn of(analysis: Analysis) -> Self {
        let evidence = analysis.evidence.into_iter().map(|one| Claim {
            claim: one.claim,
            points_at: one.points_at.to_string(),
        });
        let related = analysis.related_errors.iter().map(|id| id.0);
        Self {
            root_cause: Some(analysis.root_cause.to_string()),
            cause: Some(analysis.root_cause.into()),
            evidence: Some(evidence.collect()),
            impact_assessment: Some(analysis.impact_assessment),
            suggested_fixes: Some(analysis.suggested_fixes),
            estimated_effort: Some(analysis.estimated_effort.as_str().to_owned()),
            related_errors: Some(related.collect()),
            prevention_suggestions: Some(analysis.prevention_suggestions),
        }
    }
}

impl From<RootCause> for Cause {
    fn from(cause: RootCause) -> Self {
        match cause {
            RootCause::Found { whys } => Self {
                whys,
                not_found_reason: None,
            },
            RootCause::NotFound { reason } => Self {
                whys: Vec::new(),
                not_found_reason: Some(reason),
            },
        }
    }
}
