//! What decided which error an occurrence belongs to, found again from what was kept of it.

use bugsage_domain::grouping::{self, Component, Kind};
use bugsage_domain::occurrence;
use serde::Serialize;

/// Why an occurrence was grouped as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Grouping {
    /// The number of the algorithm.
    pub version: i16,
    /// What like occurrences share, in hex.
    pub fingerprint: String,
    /// What the fingerprint rests on, in the order it counts.
    pub explanation: Vec<GroupingPart>,
}

/// One thing that a fingerprint rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GroupingPart {
    /// `custom`, `exception_type`, `frame`, `message`, `code`, `transaction` or `fallback`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// The thing, as it was counted.
    pub value: String,
}

impl From<Component> for GroupingPart {
    fn from(Component { kind, value }: Component) -> Self {
        Self { kind, value }
    }
}

/// Groups a stored payload again: grouping is pure, and the payload is what was grouped at ingest.
pub(super) fn explain(payload: &[u8]) -> Option<Grouping> {
    let occurrence = occurrence::decode(payload).ok()?;
    let grouping = grouping::fingerprint(grouping::CURRENT, &occurrence);
    Some(Grouping {
        version: grouping.version.number(),
        fingerprint: grouping.fingerprint.to_string(),
        explanation: grouping.explanation.into_iter().map(Into::into).collect(),
    })
}
