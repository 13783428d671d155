//! Where families of groups differ from the errors of the present.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::families::Families;
use super::{ErrorId, EventId, Group};
use crate::grouping::Component;
use crate::similarity::Shared;

/// What comes of a trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Occurrences that were shown.
    pub occurrences: u64,
    /// Errors that they are at present.
    pub errors_now: usize,
    /// Errors that they would be.
    pub errors_then: usize,
    /// Errors that would be several; the one that occurred most first.
    #[serde(skip)]
    pub splits: Vec<Split>,
    /// Errors that would be one, likewise.
    #[serde(skip)]
    pub merges: Vec<Merge>,
}

/// An error whose occurrences would be of several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Split {
    /// The error.
    pub error_id: ErrorId,
    /// Its title.
    pub title: String,
    /// How many of its occurrences were shown.
    pub occurrences: u64,
    /// What it would fall into, the largest first.
    pub into: Vec<Part>,
}

/// What of an error would be one of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Occurrences of the error in it.
    pub occurrences: u64,
    /// What it would be called.
    pub title: String,
    /// One of its occurrences.
    pub example: EventId,
    /// What its fingerprint rests on.
    pub rests_on: Vec<Component>,
}

/// Errors whose occurrences would be of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Merge {
    /// What it would be called.
    pub title: String,
    /// How many of their occurrences would be in it.
    pub occurrences: u64,
    /// The errors, the largest first.
    pub errors: Vec<Merged>,
    /// The likenesses by which groups joined. None: their fingerprints are the same, or people merged them.
    pub joined: Vec<Joined>,
}

/// One of several errors that would be one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Merged {
    /// The error.
    pub error_id: ErrorId,
    /// Its title.
    pub title: String,
    /// How many of its occurrences would be in it.
    pub occurrences: u64,
}

/// A group that would join because it is like another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Joined {
    /// Its title.
    pub title: String,
    /// How alike.
    pub score: f64,
    /// By what.
    pub shared: Vec<Shared>,
}

type Shown = HashMap<ErrorId, (u64, String)>;
/// Occurrences by family and present error.
type Cells = BTreeMap<(usize, ErrorId), u64>;

pub(super) fn compare(
    groups: &[Group],
    families: &Families,
    shown: &Shown,
    occurrences: u64,
) -> Outcome {
    let mut cells = Cells::new();
    for (group, head) in groups.iter().zip(&families.heads) {
        for ledger in group.ledgers.values() {
            *cells.entry((*head, ledger.root)).or_default() += ledger.occurrences;
        }
    }
    let heads: BTreeSet<usize> = families.heads.iter().copied().collect();
    let mut splits: Vec<_> = shown
        .iter()
        .filter_map(|(error, (count, title))| {
            let into = parts(groups, families, &cells, *error)?;
            Some(Split {
                error_id: *error,
                title: title.clone(),
                occurrences: *count,
                into,
            })
        })
        .collect();
    splits.sort_by_key(|split| (Reverse(split.occurrences), split.error_id));
    let mut merges: Vec<_> = heads
        .iter()
        .filter_map(|head| merge(groups, families, &cells, shown, *head))
        .collect();
    merges.sort_by_key(|merge| Reverse(merge.occurrences));
    Outcome {
        occurrences,
        errors_now: shown.len(),
        errors_then: heads.len(),
        splits,
        merges,
    }
}

/// What an error falls into, if that is more than one.
fn parts(
    groups: &[Group],
    families: &Families,
    cells: &Cells,
    error: ErrorId,
) -> Option<Vec<Part>> {
    let of_error = cells.iter().filter(|((_, root), _)| *root == error);
    let mut parts: Vec<_> = of_error
        .filter_map(|((head, _), count)| {
            let holds = |group: &&Group| group.ledgers.values().any(|l| l.root == error);
            let family = groups.iter().zip(&families.heads);
            let family = family.filter(|(_, known)| *known == head);
            let group = family.map(|(group, _)| group).find(holds)?;
            Some(Part {
                occurrences: *count,
                title: group.title.clone(),
                example: group.example,
                rests_on: group.rests_on.clone(),
            })
        })
        .collect();
    parts.sort_by_key(|part| (Reverse(part.occurrences), part.example));
    (parts.len() > 1).then_some(parts)
}

/// The errors of a family, if they are more than one.
fn merge(
    groups: &[Group],
    families: &Families,
    cells: &Cells,
    shown: &Shown,
    head: usize,
) -> Option<Merge> {
    let of_family = cells.iter().filter(|((known, _), _)| *known == head);
    let mut errors: Vec<_> = of_family
        .map(|((_, error), count)| Merged {
            error_id: *error,
            title: shown
                .get(error)
                .map(|one| one.1.clone())
                .unwrap_or_default(),
            occurrences: *count,
        })
        .collect();
    if errors.len() < 2 {
        return None;
    }
    errors.sort_by_key(|one| (Reverse(one.occurrences), one.error_id));
    let mut joined: Vec<_> = families
        .joined
        .iter()
        .filter(|(group, _)| families.heads[**group] == head)
        .map(|(group, likeness)| Joined {
            title: groups[*group].title.clone(),
            score: (likeness.score * 1_000.0).round() / 1_000.0,
            shared: likeness.shared.clone(),
        })
        .collect();
    joined.sort_by(|one, other| other.score.total_cmp(&one.score));
    Some(Merge {
        title: groups[head].title.clone(),
        occurrences: errors.iter().map(|one| one.occurrences).sum(),
        errors,
        joined,
    })
}
