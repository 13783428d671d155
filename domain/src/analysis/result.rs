//! The typed result of an analysis, under the names of the API.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Category, Context, GUESS_MAX, Pointer};
use crate::ids::ErrorId;
use crate::severity::Severity;

/// One explanation of an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// What kind of cause it is.
    pub category: Category,
    /// Why it happened, or why that could not be found.
    pub root_cause: RootCause,
    /// What the cause rests on.
    pub evidence: Vec<Evidence>,
    /// Who or what suffers, and how much.
    pub impact_assessment: String,
    /// What to do, the best first.
    pub suggested_fixes: Vec<String>,
    /// How sure the writer is: 0 to 1.
    pub confidence_score: f64,
    /// How bad it is to leave it.
    pub risk_level: Severity,
    /// How long a fix takes.
    pub estimated_effort: Effort,
    /// Errors that may have the same cause.
    pub related_errors: Vec<ErrorId>,
    /// What would have prevented the like.
    pub prevention_suggestions: Vec<String>,
}

/// Why it happened. Outside, both forms have the same two fields, for a model's schema may know
/// no alternatives: `{"whys": [...], "not_found_reason": null}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Answer", into = "Answer")]
pub enum RootCause {
    /// A chain down to the deepest cause that the evidence supports.
    Found {
        /// Each says why the one before it is so.
        whys: Vec<String>,
    },
    /// It cannot be told.
    NotFound {
        /// What is missing to tell it.
        reason: String,
    },
}

impl fmt::Display for RootCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { whys } => f.write_str(&whys.join(" ")),
            Self::NotFound { reason } => write!(f, "Cause not found: {reason}"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Answer {
    #[serde(default)]
    whys: Vec<String>,
    #[serde(default)]
    not_found_reason: Option<String>,
}

impl From<Answer> for RootCause {
    fn from(answer: Answer) -> Self {
        match answer.not_found_reason {
            Some(reason) if answer.whys.is_empty() => Self::NotFound { reason },
            _ => Self::Found { whys: answer.whys },
        }
    }
}

impl From<RootCause> for Answer {
    fn from(cause: RootCause) -> Self {
        let (whys, not_found_reason) = match cause {
            RootCause::Found { whys } => (whys, None),
            RootCause::NotFound { reason } => (Vec::new(), Some(reason)),
        };
        Self {
            whys,
            not_found_reason,
        }
    }
}

/// A claim, and the thing of the context that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is claimed.
    pub claim: String,
    /// What shows it.
    pub points_at: Pointer,
}

/// How long a fix takes a person who knows the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// A line or two.
    Minutes,
    /// A change with its test.
    Hours,
    /// A change of several parts.
    Days,
    /// A change of how it is built.
    Weeks,
    /// It cannot be told.
    Unknown,
}

impl Effort {
    /// All efforts.
    pub const ALL: [Self; 5] = [
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Weeks,
        Self::Unknown,
    ];

    /// The word used in JSON and prompts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Unknown => "unknown",
        }
    }
}

impl Analysis {
    /// Takes out evidence and related errors that point at nothing of the context; how many. A cause that
    /// nothing is left to show for is a guess, however sure somebody was.
    pub fn drop_unfounded(&mut self, context: &Context) -> usize {
        let before = self.evidence.len() + self.related_errors.len();
        self.evidence.retain(|one| context.has(&one.points_at));
        self.related_errors
            .retain(|id| context.has(&Pointer::Error(*id)));
        if self.evidence.is_empty() {
            self.confidence_score = self.confidence_score.min(GUESS_MAX);
        }
        before - self.evidence.len() - self.related_errors.len()
    }
}
