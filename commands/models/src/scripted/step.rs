//! What a server does with one request.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

/// What a server does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It answers.
    Answer,
    /// It says this.
    Say(String),
    /// It answers, after so long.
    Slow(Duration),
    /// It never answers.
    Silent,
    /// It answers once it is released.
    Held,
    /// It breaks off in the middle of its answer.
    CutOff,
    /// Too many requests: 429, with so many seconds of `Retry-After`.
    RateLimited(Option<u64>),
    /// 529.
    Overloaded,
    /// What was paid for is used up.
    Quota,
    /// It fails, with this status.
    Broken(u16),
    /// It does not take the key, and repeats it.
    Unauthorized,
    /// It does not take the request.
    BadRequest,
    /// It sends JSON that is none.
    MalformedJson,
    /// Its model talks in place of answering.
    Prose,
    /// The answer has not all fields.
    Violation,
    /// Its model does not want to.
    Refusal,
    /// The answer is longer than it may be.
    Length,
    /// The answer is held back.
    ContentFilter,
    /// The answer is empty.
    Empty,
}

/// A step that nobody knows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no step: use answer, slow:<milliseconds>, silent, cut-off, 429, 429:<seconds>, 529, quota, 400, 401, 5xx, malformed-json, prose, violation, refusal, length, content-filter or empty"
)]
pub struct UnknownStep(String);

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let unknown = || UnknownStep(text.to_owned());
        let (word, number) = match text.split_once(':') {
            None => (text, None),
            Some((word, number)) => (word, Some(number.parse().map_err(|_| unknown())?)),
        };
        Ok(match (word, number) {
            ("slow", Some(number)) => Self::Slow(Duration::from_millis(number)),
            ("429", number) => Self::RateLimited(number),
            ("answer", None) => Self::Answer,
            ("silent", None) => Self::Silent,
            ("cut-off", None) => Self::CutOff,
            ("529", None) => Self::Overloaded,
            ("quota", None) => Self::Quota,
            ("400", None) => Self::BadRequest,
            ("401", None) => Self::Unauthorized,
            ("malformed-json", None) => Self::MalformedJson,
            ("prose", None) => Self::Prose,
            ("violation", None) => Self::Violation,
            ("refusal", None) => Self::Refusal,
            ("length", None) => Self::Length,
            ("content-filter", None) => Self::ContentFilter,
            ("empty", None) => Self::Empty,
            (status, None) => match status.parse() {
                Ok(status @ 500..=599) => Self::Broken(status),
                _ => return Err(unknown()),
            },
            _ => return Err(unknown()),
        })
    }
}

/// One step after the other; then it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    steps: VecDeque<Step>,
    is_repeated: bool,
}

impl Script {
    /// These steps, and then answers.
    pub fn once(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            is_repeated: false,
        }
    }

    /// These steps, again and again.
    pub fn repeated(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            is_repeated: true,
            ..Self::once(steps)
        }
    }

    pub(super) fn then(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps.extend(steps);
    }

    pub(super) fn next(&mut self) -> Step {
        let Some(step) = self.steps.pop_front() else {
            return Step::Answer;
        };
        if self.is_repeated {
            self.steps.push_back(step.clone());
        }
        step
    }
}

/// Steps with commas between them, again and again: `answer,answer,429:1`.
impl FromStr for Script {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let steps = text.split(',').map(|step| step.trim().parse());
        Ok(Self::repeated(steps.collect::<Result<Vec<_>, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_and_repeated() {
        let mut script: Script = "answer, 429:1,slow:20,502".parse().unwrap();
        let steps = [
            Step::Answer,
            Step::RateLimited(Some(1)),
            Step::Slow(Duration::from_millis(20)),
            Step::Broken(502),
        ];
        for step in steps.iter().chain(&steps) {
            assert_eq!(script.next(), *step);
        }
        for text in ["", "fast", "slow", "slow:x", "499", "answer:1"] {
            assert_eq!(text.parse::<Script>(), Err(UnknownStep(text.to_owned())));
        }
    }
}
