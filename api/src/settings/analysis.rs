//! Which errors are analysed without being asked.

use bugsage_commands::access::analysis_policy::AnalysisPolicy;
use bugsage_domain::severity::Severity;

use super::reader::{Name, Reader};

/// `[analysis]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Analysis {
    /// `BUGSAGE_ANALYZE`: `new,regressed`, one of the two, or `off`. `new,regressed`.
    /// `BUGSAGE_ANALYZE_FROM`: the least severity: low, medium, high or critical. Low.
    /// It holds in projects that have no policy of their own.
    pub policy: AnalysisPolicy,
}

impl Analysis {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let (new, regressed) = reader.choice(
            Name::new("analysis.of", "BUGSAGE_ANALYZE"),
            &[
                ("new,regressed", (true, true)),
                ("new", (true, false)),
                ("regressed", (false, true)),
                ("off", (false, false)),
            ],
            (true, true),
        );
        let from = reader.choice(
            Name::new("analysis.from", "BUGSAGE_ANALYZE_FROM"),
            &Severity::ALL.map(|severity| (severity.as_str(), severity)),
            Severity::Low,
        );
        Self {
            policy: AnalysisPolicy::of(new, regressed, from),
        }
    }
}
