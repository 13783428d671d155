//! What an answer must keep to that its schema cannot say.

use super::{
    Analysis, CLAIM_MAX, EVIDENCE_MAX, FIX_MAX, FIXES_MAX, IMPACT_MAX, POINTER_MAX, PREVENTION_MAX,
    REASON_MAX, RELATED_MAX, RootCause, WHY_MAX, WHYS_MAX,
};

/// The first thing that does not fit, in words that its writer can be told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// No JSON, or of another shape.
    #[error("the answer is not JSON of the schema: {0}")]
    Shape(String),
    /// A text without words.
    #[error("`{0}` is empty: it must say something")]
    Empty(&'static str),
    /// A text over its bound.
    #[error("`{field}` has {is} characters: at most {max} are allowed")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Its characters.
        is: usize,
        /// The bound.
        max: usize,
    },
    /// A list over its bound.
    #[error("`{field}` has {is} items: at most {max} are allowed")]
    TooMany {
        /// Which.
        field: &'static str,
        /// Its items.
        is: usize,
        /// The bound.
        max: usize,
    },
    /// No probability.
    #[error("`confidence_score` is {0}: it must be a number from 0 to 1")]
    Confidence(f64),
    /// Neither a cause nor the reason why there is none.
    #[error(
        "`root_cause` has neither whys nor a reason: give `whys`, or leave them empty and say in \
         `not_found_reason` why no cause can be told"
    )]
    NoCause,
}

impl Analysis {
    /// Reads a model's answer and validates it.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn read(json: &str) -> Result<Self, Fault> {
        let analysis: Self =
            serde_json::from_str(json).map_err(|error| Fault::Shape(error.to_string()))?;
        analysis.validate()?;
        Ok(analysis)
    }

    /// Holds it to its bounds.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn validate(&self) -> Result<(), Fault> {
        match &self.root_cause {
            RootCause::NotFound { reason } => {
                said("root_cause.not_found_reason", reason, REASON_MAX)?;
            }
            RootCause::Found { whys } if whys.is_empty() => return Err(Fault::NoCause),
            RootCause::Found { whys } => list("root_cause.whys", whys, WHYS_MAX, WHY_MAX)?,
        }
        count("evidence", self.evidence.len(), EVIDENCE_MAX)?;
        for evidence in &self.evidence {
            said("evidence.claim", &evidence.claim, CLAIM_MAX)?;
            let pointer = evidence.points_at.to_string();
            said("evidence.points_at", &pointer, POINTER_MAX)?;
        }
        said("impact_assessment", &self.impact_assessment, IMPACT_MAX)?;
        list("suggested_fixes", &self.suggested_fixes, FIXES_MAX, FIX_MAX)?;
        if !(0.0..=1.0).contains(&self.confidence_score) {
            return Err(Fault::Confidence(self.confidence_score));
        }
        count("related_errors", self.related_errors.len(), RELATED_MAX)?;
        list(
            "prevention_suggestions",
            &self.prevention_suggestions,
            PREVENTION_MAX,
            FIX_MAX,
        )
    }
}

fn list(field: &'static str, texts: &[String], most: usize, longest: usize) -> Result<(), Fault> {
    count(field, texts.len(), most)?;
    texts.iter().try_for_each(|text| said(field, text, longest))
}

fn count(field: &'static str, is: usize, max: usize) -> Result<(), Fault> {
    match is > max {
        true => Err(Fault::TooMany { field, is, max }),
        false => Ok(()),
    }
}

fn said(field: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty(field));
    }
    match text.chars().count() {
        is if is > max => Err(Fault::TooLong { field, is, max }),
        _ => Ok(()),
    }
}
