//! The analyses of an error: one at a time, each numbered, none ever changed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::decide::Decision;
use super::event::{ErrorEvent, TextRef};
use super::refusal::Refusal;
use super::state::LiveError;
use super::status::ErrorStatus;
use crate::actor::Actor;
use crate::analysis::Category;
use crate::severity::Severity;

/// Why an analysis is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Because {
    /// The error is new.
    New,
    /// It came back.
    Regressed,
    /// It has occurred so often that it is worth it.
    Frequent,
    /// Somebody asked.
    Asked,
    /// Somebody wants another opinion, on what the first one was made from.
    SecondOpinion {
        /// The number of the first one.
        of: u32,
    },
}

/// What became of an analysis, as far as it is remembered for ever; its texts can be erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisResult {
    /// Which.
    pub number: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// Who was asked: the name of a provider in the settings, or `rules`.
    pub provider: String,
    /// The model, as the provider itself named it.
    pub model: String,
    /// The version of the prompt, or of the rules.
    pub prompt_version: String,
    /// What it cost.
    pub spent: Spent,
    /// What it was made from.
    pub context: TextRef,
    /// What was answered.
    pub answer: TextRef,
    /// What kind of cause it is.
    pub category: Category,
    /// How sure it is, 0–100.
    pub confidence: u8,
    /// How bad it is to leave it.
    pub risk: Severity,
    /// Whether a cause was found.
    pub found: bool,
    /// Claims that pointed at nothing, and were taken out.
    pub dropped: u32,
    /// Why no model was asked although there is one.
    pub held_back: Option<HeldBack>,
}

/// What an analysis cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Millionths of the currency that prices are in.
    pub micros: u64,
    /// From the first question to the answer.
    pub milliseconds: u64,
}

/// Why rules were asked in place of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBack {
    /// The error has had all that one error may cost.
    ErrorBudget,
    /// The organization has had all of this month.
    MonthBudget,
    /// No model answered.
    NoAnswer,
}

/// Why an analysis came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnalysisFailure {
    /// No occurrence is left to read.
    NoOccurrence,
    /// What the first one was made from is erased.
    ContextErased,
    /// It was tried as often as it may be.
    GaveUp,
}

/// One under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Its number.
    pub number: u32,
    /// A worker has begun.
    pub started: bool,
    /// No model is asked for it any more.
    #[serde(default)]
    pub held_back: bool,
    /// It moved the error to analyzing, and moves it back.
    pub moved: bool,
    /// It is a second opinion.
    pub second: bool,
}

/// The analyses of an error so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyses {
    /// How many were asked for.
    pub count: u32,
    /// The one under way.
    pub under_way: Option<UnderWay>,
    /// The last that counts: no second opinion, and not superseded.
    pub current: Option<u32>,
}

impl Because {
    /// Nobody asked for it: a policy wanted it.
    #[must_use]
    pub const fn by_itself(self) -> bool {
        matches!(self, Self::New | Self::Regressed | Self::Frequent)
    }
}

impl LiveError {
    /// Of what is resolved or ignored nobody looks for the cause; another opinion on it is harmless.
    pub(super) fn request_analysis(
        &self,
        by: Actor,
        because: Because,
        (provider, prompt_version): (Option<String>, Option<String>),
        at: DateTime<Utc>,
    ) -> Decision {
        if let Some(one) = self.analyses.under_way {
            return Err(Refusal::AnalysisUnderWay { number: one.number });
        }
        if let Because::SecondOpinion { of } = because {
            if of == 0 || of > self.analyses.count {
                return Err(Refusal::NoAnalysis { number: of });
            }
        } else if !matches!(
            self.status(),
            ErrorStatus::Detected | ErrorStatus::Analyzing | ErrorStatus::Fixing
        ) {
            return Err(self.refuse("analyze"));
        }
        let mut events = vec![ErrorEvent::ErrorAnalysisRequested {
            number: self.analyses.count + 1,
            by,
            because,
            provider,
            prompt_version,
            at,
        }];
        if !matches!(because, Because::SecondOpinion { .. })
            && self.status() == ErrorStatus::Detected
        {
            events.push(ErrorEvent::ErrorAnalysisBegun);
        }
        Ok(events)
    }

    pub(super) fn start_analysis(&self, number: u32, at: DateTime<Utc>) -> Decision {
        Ok(match self.running(number)? {
            Some(one) if !one.started => vec![ErrorEvent::ErrorAnalysisStarted { number, at }],
            _ => Vec::new(),
        })
    }

    pub(super) fn hold_back_analysis(
        &self,
        number: u32,
        why: HeldBack,
        at: DateTime<Utc>,
    ) -> Decision {
        Ok(match self.running(number)? {
            Some(one) if !one.held_back => {
                vec![ErrorEvent::ErrorAnalysisHeldBack { number, why, at }]
            }
            _ => Vec::new(),
        })
    }

    pub(super) fn complete_analysis(&self, result: Box<AnalysisResult>) -> Decision {
        let number = result.number;
        let Some(one) = self.running(number)? else {
            return Ok(Vec::new());
        };
        let mut events = vec![ErrorEvent::ErrorAnalysisCompleted(result)];
        if let Some(before) = self.analyses.current.filter(|_| !one.second) {
            events.push(ErrorEvent::ErrorAnalysisSuperseded {
                number: before,
                by: number,
            });
        }
        events.extend(self.back(one));
        Ok(events)
    }

    pub(super) fn fail_analysis(
        &self,
        number: u32,
        why: AnalysisFailure,
        at: DateTime<Utc>,
    ) -> Decision {
        let Some(one) = self.running(number)? else {
            return Ok(Vec::new());
        };
        let mut events = vec![ErrorEvent::ErrorAnalysisFailed { number, why, at }];
        events.extend(self.back(one));
        Ok(events)
    }

    /// The one of this number, if it is under way; `None` if it is over.
    fn running(&self, number: u32) -> Result<Option<UnderWay>, Refusal> {
        match self.analyses.under_way {
            Some(one) if one.number == number => Ok(Some(one)),
            _ if (1..=self.analyses.count).contains(&number) => Ok(None),
            _ => Err(Refusal::NoAnalysis { number }),
        }
    }

    /// Where nobody moved the error on meanwhile, it is detected again.
    fn back(&self, one: UnderWay) -> Option<ErrorEvent> {
        (one.moved && self.status() == ErrorStatus::Analyzing)
            .then_some(ErrorEvent::ErrorAnalysisEnded)
    }
}

impl Analyses {
    /// Folds what concerns analyses; the rest leaves them as they are.
    pub(super) fn apply(&mut self, event: &ErrorEvent) {
        match event {
            ErrorEvent::ErrorAnalysisRequested {
                number, because, ..
            } => {
                self.count = *number;
                self.under_way = Some(UnderWay {
                    number: *number,
                    started: false,
                    held_back: false,
                    moved: false,
                    second: matches!(because, Because::SecondOpinion { .. }),
                });
            }
            // Without one under way, a person began.
            ErrorEvent::ErrorAnalysisBegun => {
                if let Some(one) = &mut self.under_way {
                    one.moved = true;
                }
            }
            ErrorEvent::ErrorAnalysisStarted { .. } => {
                if let Some(one) = &mut self.under_way {
                    one.started = true;
                }
            }
            ErrorEvent::ErrorAnalysisHeldBack { .. } => {
                if let Some(one) = &mut self.under_way {
                    one.held_back = true;
                }
            }
            ErrorEvent::ErrorAnalysisCompleted(result) => {
                let one = self.under_way.take();
                if one.is_some_and(|one| !one.second) {
                    self.current = Some(result.number);
                }
            }
            ErrorEvent::ErrorAnalysisFailed { .. } => self.under_way = None,
            _ => {}
        }
    }
}
