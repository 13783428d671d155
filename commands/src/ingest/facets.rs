//! What errors were seen with: written once, remembered in memory, never asked again.

use std::collections::{HashMap, HashSet};

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
    kind: Kind,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Environment,
    Release,
    Tag,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Release => "release",
            Self::Tag => "tag",
        }
    }
}

/// The facets known to be stored.
#[derive(Debug, Default)]
pub(super) struct Facets {
    /// The values of each kind.
    known: HashMap<ErrorId, [HashSet<String>; 3]>,
    count: usize,
}

impl Facets {
    /// The facets of an occurrence that are not known to be stored.
    pub(super) fn unknown(&self, occurrence: &Prepared, home: ErrorId) -> Vec<Facet> {
        let known = self.known.get(&home);
        let environment = occurrence.environment.iter();
        let release = occurrence.release.iter();
        let tags = occurrence.tags.iter();
        environment
            .map(|value| (Kind::Environment, value))
            .chain(release.map(|value| (Kind::Release, value)))
            .chain(tags.map(|value| (Kind::Tag, value)))
            // Asked before anything is copied: of a hundred occurrences one brings something new.
            .filter(|(kind, value)| {
                !known.is_some_and(|known| known[*kind as usize].contains(value.as_str()))
            })
            .map(|(kind, value)| Facet {
                organization: occurrence.organization_id,
                error: home,
                kind,
                value: value.replace('\0', "\u{fffd}"),
            })
            .collect()
    }

    /// Remembers what was committed.
    pub(super) fn remember(&mut self, stored: HashSet<Facet>) {
        if self.count + stored.len() > REMEMBERED {
            *self = Self::default();
        }
        self.count += stored.len();
        for facet in stored {
            self.known.entry(facet.error).or_default()[facet.kind as usize].insert(facet.value);
        }
    }
}

/// Facets as the arrays that the database takes.
pub(super) struct Columns<'f> {
    pub(super) organizations: Vec<Uuid>,
    pub(super) errors: Vec<Uuid>,
    pub(super) kinds: Vec<&'static str>,
    pub(super) values: Vec<&'f str>,
}

impl<'f> Columns<'f> {
    pub(super) fn of(facets: &'f HashSet<Facet>) -> Self {
        Self {
            organizations: facets.iter().map(|f| f.organization.0).collect(),
            errors: facets.iter().map(|f| f.error.0).collect(),
            kinds: facets.iter().map(|f| f.kind.name()).collect(),
            values: facets.iter().map(|f| f.value.as_str()).collect(),
        }
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
    let columns = Columns::of(facets);
    sqlx::query("select record_facets($1, $2, $3, $4)")
        .bind(columns.organizations)
        .bind(columns.errors)
        .bind(columns.kinds)
        .bind(columns.values)
        .execute(connection)
        .await
        .map(|_| ())
}
