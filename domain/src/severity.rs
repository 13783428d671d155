//! How bad an error is, and how Sentry's levels map onto it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad an error is. Ordered: `Low < Critical`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; Sentry's `info` and `debug`.
    Low,
    /// Sentry's `warning`, and what is assumed when nothing is said by a person.
    #[default]
    Medium,
    /// Sentry's `error`.
    High,
    /// Sentry's `fatal`.
    Critical,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in JSON, SQL and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Maps a Sentry level. An unknown or missing level counts as `error`, as in the SDKs.
    #[must_use]
    pub fn from_level(level: Option<&str>) -> Self {
        match level {
            Some("fatal" | "critical") => Self::Critical,
            Some("warning" | "warn") => Self::Medium,
            Some("info" | "debug" | "log") => Self::Low,
            _ => Self::High,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no severity.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown severity {0:?}: use low, medium, high or critical")]
pub struct UnknownSeverity(pub String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_becomes_a_severity_and_an_unknown_one_counts_as_error() {
        for (level, severity) in [
            (Some("fatal"), Severity::Critical),
            (Some("critical"), Severity::Critical),
            (Some("error"), Severity::High),
            (Some("warning"), Severity::Medium),
            (Some("warn"), Severity::Medium),
            (Some("info"), Severity::Low),
            (Some("log"), Severity::Low),
            (Some("debug"), Severity::Low),
            (Some("loud"), Severity::High),
            (Some(""), Severity::High),
            (None, Severity::High),
        ] {
            assert_eq!(Severity::from_level(level), severity, "{level:?}");
        }
    }

    #[test]
    fn severities_are_ordered_from_the_mildest() {
        assert!(Severity::ALL.is_sorted());
        assert!(Severity::Low < Severity::Critical);
    }

    #[test]
    fn every_word_names_its_severity_and_no_other_word_does() {
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
        }
        assert_eq!(
            "High".parse::<Severity>(),
            Err(UnknownSeverity("High".to_owned()))
        );
    }
}
