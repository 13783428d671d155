//! What comes of a call.

use std::time::Duration;

use crate::Fault;

/// What comes of a call. There is no other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outcome {
    /// An answer that fits.
    #[error("it answered")]
    Answered,
    /// The model does not want to.
    #[error("it refused: {reason}")]
    Refused {
        /// In its words.
        reason: String,
    },
    /// The provider held the question or the answer back.
    #[error("its content filter held the answer back")]
    Filtered,
    /// The answer is longer than its tokens.
    #[error("its answer was cut off at the limit of tokens")]
    Cut,
    /// Not JSON, or not an answer as the protocol has it.
    #[error("its answer cannot be read: {fault}")]
    Malformed {
        /// What could not be read.
        fault: String,
    },
    /// JSON that does not fit the schema.
    #[error("its answer does not fit: {}", Fault { at: at.clone(), what: what.clone() })]
    SchemaViolation {
        /// Where: a JSON pointer, empty for the whole.
        at: String,
        /// What.
        what: String,
    },
    /// Nothing.
    #[error("its answer is empty")]
    Empty,
    /// Too many requests for now.
    #[error("it takes no more requests for now")]
    RateLimited {
        /// When it takes them again, if it says so.
        retry_after: Option<Duration>,
    },
    /// The provider has too much to do.
    #[error("it is overloaded")]
    Overloaded {
        /// When it may be less, if it says so.
        retry_after: Option<Duration>,
    },
    /// The provider failed.
    #[error("it failed with status {status}")]
    Broken {
        /// The status of HTTP.
        status: u16,
    },
    /// What was paid for is used up, or a spend limit is reached.
    #[error("its quota is used up")]
    Quota,
    /// The key is missing, wrong, or not for this model.
    #[error("it does not take the key (status {status}): {message}")]
    Unauthorized {
        /// The status of HTTP.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The provider does not take the request.
    #[error("it does not take the request (status {status}): {message}")]
    BadRequest {
        /// The status of HTTP; 0 where it was not sent at all.
        status: u16,
        /// What it says.
        message: String,
    },
    /// No answer in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// No connection, or one that broke.
    #[error("it cannot be reached: {fault}")]
    Unreachable {
        /// Why.
        fault: String,
    },
    /// Not asked: it failed too often just before.
    #[error("it was not asked, for it failed too often just before")]
    Resting,
    /// Not asked: what it may take does not fit the limit of the call.
    #[error("it was not asked, for the limit of {of} leaves no room")]
    OverLimit {
        /// Of what: tokens, money, or time.
        of: Bound,
    },
    /// Not asked: what it costs could not be noted.
    #[error("it was not asked, for what it costs could not be noted")]
    Unaccounted,
}

/// What a limit is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Tokens, in and out.
    Tokens,
    /// Micro-dollars.
    Money,
    /// Time.
    Time,
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tokens => "tokens",
            Self::Money => "money",
            Self::Time => "time",
        })
    }
}

/// Characters that are kept of what models and providers say.
pub(crate) const WORDS_MAX: usize = 500;

impl Outcome {
    /// With the beginning of the reason.
    pub(crate) fn refused(reason: &str) -> Self {
        let reason = reason.chars().take(WORDS_MAX).collect();
        Self::Refused { reason }
    }

    /// Whether the same model may answer when it is asked again.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::Malformed { .. }
            | Self::SchemaViolation { .. }
            | Self::Empty
            | Self::RateLimited { .. }
            | Self::Overloaded { .. }
            | Self::Broken { .. }
            | Self::TimedOut
            | Self::Unreachable { .. } => true,
            Self::Answered
            | Self::Refused { .. }
            | Self::Filtered
            | Self::Cut
            | Self::Quota
            | Self::Unauthorized { .. }
            | Self::BadRequest { .. }
            | Self::Resting
            | Self::OverLimit { .. }
            | Self::Unaccounted => false,
        }
    }

    /// What is wrong with an answer that a model may put right.
    pub(crate) fn repairable(&self) -> Option<String> {
        match self {
            Self::Malformed { .. } | Self::SchemaViolation { .. } => Some(self.to_string()),
            _ => None,
        }
    }

    /// What it says of the provider's health.
    pub(crate) fn health(&self) -> Health {
        match self {
            Self::RateLimited { .. }
            | Self::Overloaded { .. }
            | Self::Broken { .. }
            | Self::TimedOut
            | Self::Unreachable { .. } => Health::Failing,
            Self::Quota | Self::Unauthorized { .. } => Health::Unusable,
            Self::Resting | Self::OverLimit { .. } | Self::Unaccounted => Health::Unknown,
            _ => Health::Well,
        }
    }

    /// How long the provider asks to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// One word, for metrics and rows.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused { .. } => "refused",
            Self::Filtered => "filtered",
            Self::Cut => "cut",
            Self::Malformed { .. } => "malformed",
            Self::SchemaViolation { .. } => "schema_violation",
            Self::Empty => "empty",
            Self::RateLimited { .. } => "rate_limited",
            Self::Overloaded { .. } => "overloaded",
            Self::Broken { .. } => "broken",
            Self::Quota => "quota",
            Self::Unauthorized { .. } => "unauthorized",
            Self::BadRequest { .. } => "bad_request",
            Self::TimedOut => "timed_out",
            Self::Unreachable { .. } => "unreachable",
            Self::Resting => "resting",
            Self::OverLimit { .. } => "over_limit",
            Self::Unaccounted => "unaccounted",
        }
    }
}

impl From<Fault> for Outcome {
    fn from(Fault { at, what }: Fault) -> Self {
        Self::SchemaViolation { at, what }
    }
}

/// What an outcome says of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers, whatever.
    Well,
    /// It may be well again soon.
    Failing,
    /// Nothing will come of it until somebody does something.
    Unusable,
    /// It was not asked.
    Unknown,
}
