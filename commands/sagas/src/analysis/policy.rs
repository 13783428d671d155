//! Which errors are analysed without being asked.

use bugsage_domain::error::Because;
use bugsage_domain::severity::Severity;

/// Which errors are analysed without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// New ones.
    pub new: bool,
    /// Those that came back.
    pub regressed: bool,
    /// Only those at least so bad.
    pub from: Severity,
}

impl Policy {
    /// None at all.
    pub const OFF: Self = Self {
        new: false,
        regressed: false,
        from: Severity::Low,
    };

    /// Whether it wants an analysis.
    #[must_use]
    pub fn wants(&self, because: Because, severity: Severity) -> bool {
        let is_meant = match because {
            Because::New => self.new,
            Because::Regressed => self.regressed,
            Because::Asked | Because::SecondOpinion { .. } => true,
        };
        is_meant && severity >= self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wants_what_it_says_from_a_severity_on() {
        let policy = Policy {
            new: true,
            regressed: false,
            from: Severity::High,
        };
        assert!(policy.wants(Because::New, Severity::Critical));
        assert!(policy.wants(Because::New, Severity::High));
        assert!(!policy.wants(Because::New, Severity::Medium));
        assert!(!policy.wants(Because::Regressed, Severity::Critical));
        assert!(!Policy::OFF.wants(Because::New, Severity::Critical));
    }
}
