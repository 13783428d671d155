//! The short way into the log: occurrences of errors that this process knows, and that nothing is
//! up with, are one statement and cause nothing.
//!
//! What is known may be stale, for other processes write too. `ingest_known` stores all of a batch
//! that is as it was remembered, or nothing; then the long way says what became of it.

use std::collections::{HashMap, HashSet};

use bugsage_domain::grouping::{Fingerprint, Version};
use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::facets::{self, Facet};
use super::{Outcome, Prepared, batch::Taken};

/// Fingerprints, and people beside, remembered before the memory starts anew: about 10 MB each.
const REMEMBERED: usize = 100_000;

type Group = (OrganizationId, ProjectId, Version, Fingerprint);
type Person = (ErrorId, Vec<u8>);

/// Where the occurrences of a fingerprint go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// In whose ledger they stand.
    pub(super) home: ErrorId,
    /// Under which error they are shown: their own, or the one that it is merged into.
    pub(super) root: ErrorId,
}

/// Where fingerprints belong, and who is recorded to have met their errors.
#[derive(Debug, Default)]
pub(super) struct Known {
    places: HashMap<Group, Place>,
    people: HashSet<Person>,
}

impl Known {
    /// The place of each occurrence, if all are known.
    pub(super) fn places(&self, occurrences: &[&Prepared]) -> Option<Vec<Place>> {
        let each = occurrences.iter();
        each.map(|occurrence| self.places.get(&group(occurrence)).copied())
            .collect()
    }

    /// The people who are not known to have met these errors.
    pub(super) fn strangers(
        &self,
        occurrences: &[&Prepared],
        places: &[Place],
    ) -> HashMap<Person, OrganizationId> {
        let met = occurrences.iter().zip(places);
        met.filter_map(|(occurrence, place)| {
            let person = (place.home, occurrence.user_hash.clone()?);
            (!self.people.contains(&person)).then_some((person, occurrence.organization_id))
        })
        .collect()
    }

    /// Learns from what the long way made of them and committed.
    pub(super) fn learn(&mut self, occurrences: &[&Prepared], taken: &[Taken]) {
        for (occurrence, taken) in occurrences.iter().zip(taken) {
            if taken.outcome != Outcome::Duplicate {
                if self.places.len() >= REMEMBERED {
                    self.places.clear();
                }
                let Taken { home, root, .. } = *taken;
                self.places.insert(group(occurrence), Place { home, root });
            }
        }
    }

    /// Remembers people who are recorded now.
    pub(super) fn meet(&mut self, people: impl IntoIterator<Item = Person>) {
        for person in people {
            if self.people.len() >= REMEMBERED {
                self.people.clear();
            }
            self.people.insert(person);
        }
    }

    /// Forgets where these belong.
    pub(super) fn forget(&mut self, occurrences: &[&Prepared]) {
        for occurrence in occurrences {
            self.places.remove(&group(occurrence));
        }
    }
}

fn group(occurrence: &Prepared) -> Group {
    (
        occurrence.organization_id,
        occurrence.project_id,
        occurrence.grouping_version,
        occurrence.fingerprint,
    )
}

/// Stores and commits occurrences, which must hold no event id twice, or none of them.
pub(super) async fn store(
    connection: &mut PgConnection,
    occurrences: &[&Prepared],
    places: &[Place],
    strangers: &HashMap<Person, OrganizationId>,
    facets: &HashSet<Facet>,
) -> Result<(), sqlx::Error> {
    let mut rows: Vec<(&Prepared, Place)> = occurrences
        .iter()
        .copied()
        .zip(places.iter().copied())
        .collect();
    rows.sort_unstable_by_key(|(o, _)| (o.organization_id, o.project_id, o.event_id));
    macro_rules! column {
        ($o:ident => $value:expr) => {
            rows.iter().map(|($o, _)| $value).collect::<Vec<_>>()
        };
    }
    let facets = facets::Columns::of(facets);
    let people = strangers.iter();
    sqlx::query(
        "select ingest_known($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                             $17, $18, $19, $20)",
    )
    .bind(column!(o => o.organization_id.0))
    .bind(column!(o => o.project_id.0))
    .bind(column!(o => o.event_id.0))
    .bind(
        rows.iter()
            .map(|(_, place)| place.home.0)
            .collect::<Vec<_>>(),
    )
    .bind(
        rows.iter()
            .map(|(_, place)| place.root.0)
            .collect::<Vec<_>>(),
    )
    .bind(column!(o => o.received_at))
    .bind(column!(o => o.occurred_at))
    .bind(column!(o => o.stored_headline()))
    .bind(column!(o => o.level.as_deref()))
    .bind(column!(o => o.environment.as_deref()))
    .bind(column!(o => o.release.as_deref()))
    .bind(column!(o => o.encoding))
    .bind(column!(o => o.payload.as_slice()))
    .bind(strangers.values().map(|o| o.0).collect::<Vec<_>>())
    .bind(
        people
            .clone()
            .map(|((error, _), _)| error.0)
            .collect::<Vec<Uuid>>(),
    )
    .bind(
        people
            .map(|((_, person), _)| person.as_slice())
            .collect::<Vec<_>>(),
    )
    .bind(facets.organizations)
    .bind(facets.errors)
    .bind(facets.kinds)
    .bind(facets.values)
    .execute(connection)
    .await
    .map(|_| ())
}
