//! What errors were seen with: written once, remembered in memory, never asked again.

use std::collections::HashSet;

use bugsage_domain::ids::{ErrorId, OrganizationId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Prepared;

/// Facets remembered before the memory starts anew: about 10 MB.
const REMEMBERED: usize = 100_000;

/// One value an error was seen with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facet {
    organization: OrganizationId,
    error: ErrorId,
    kind: &'static str,
    value: String,
}

/// The facets known to be stored.
#[derive(Debug, Default)]
pub(super) struct Facets {
    known: HashSet<Facet>,
}

impl Facets {
    /// The facets of an occurrence that are not known to be stored.
    pub(super) fn unknown(&self, occurrence: &Prepared, home: ErrorId) -> Vec<Facet> {
        let environment = occurrence.environment.iter().map(|v| ("environment", v));
        let release = occurrence.release.iter().map(|v| ("release", v));
        let tags = occurrence.tags.iter().map(|v| ("tag", v));
        environment
            .chain(release)
            .chain(tags)
            .map(|(kind, value)| Facet {
                organization: occurrence.organization_id,
                error: home,
                kind,
                value: value.replace('\0', "\u{fffd}"),
            })
            .filter(|facet| !self.known.contains(facet))
            .collect()
    }

    /// Remembers what was committed.
    pub(super) fn remember(&mut self, stored: HashSet<Facet>) {
        if self.known.len() + stored.len() > REMEMBERED {
            self.known.clear();
        }
        self.known.extend(stored);
    }
}

/// Writes facets within the transaction of their occurrences.
pub(super) async fn record(
    connection: &mut PgConnection,
    facets: &HashSet<Facet>,
) -> Result<(), sqlx::Error> {
    if facets.is_empty() {
        return Ok(());
    }
    let organizations: Vec<Uuid> = facets.iter().map(|f| f.organization.0).collect();
    let errors: Vec<Uuid> = facets.iter().map(|f| f.error.0).collect();
    let kinds: Vec<&str> = facets.iter().map(|f| f.kind).collect();
    let values: Vec<&str> = facets.iter().map(|f| f.value.as_str()).collect();
    sqlx::query("select record_facets($1, $2, $3, $4)")
        .bind(organizations)
        .bind(errors)
        .bind(kinds)
        .bind(values)
        .execute(connection)
        .await
        .map(|_| ())
}
