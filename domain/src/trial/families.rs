//! Which groups come together, by people and by likeness.

use std::collections::HashMap;

use super::{Decided, Group};
use crate::ids::ErrorId;
use crate::similarity::Likeness;

/// Of each group the first of its family; and which joined another because it is like it.
pub(super) struct Families {
    pub(super) heads: Vec<usize>,
    pub(super) joined: HashMap<usize, Likeness>,
}

/// `groups` stand in the order of time.
pub(super) fn of(groups: &[Group], decided: &Decided, join_at: Option<f64>) -> Families {
    let mut families = Families {
        heads: (0..groups.len()).collect(),
        joined: HashMap::new(),
    };
    families.merge(groups, decided);
    if let Some(join_at) = join_at {
        for group in 0..groups.len() {
            families.join(groups, group, decided, join_at);
        }
    }
    families
}

impl Families {
    /// An error is where its first occurrence is: with that goes what a person did to it.
    fn merge(&mut self, groups: &[Group], decided: &Decided) {
        let mut first: HashMap<ErrorId, (u64, usize)> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            for (error, ledger) in &group.ledgers {
                let known = first.entry(*error).or_insert((ledger.oldest, at));
                *known = (*known).max((ledger.oldest, at));
            }
        }
        for (one, other) in &decided.merged {
            if let (Some((_, one)), Some((_, other))) = (first.get(one), first.get(other)) {
                self.unite(*one, *other);
            }
        }
    }

    /// What the product does with a new error.
    fn join(&mut self, groups: &[Group], new: usize, decided: &Decided, join_at: f64) {
        let this = &groups[new];
        if !this.sketch.may_join || self.heads[new] != new {
            return;
        }
        let may = |other: &usize| {
            let to = &groups[*other];
            let is_open = to.first.is_open || to.first.root == this.first.root;
            to.sketch.may_join && is_open && this.sketch.score(&to.sketch) >= join_at
        };
        let mut candidates: Vec<_> = (0..new).filter(may).collect();
        candidates.retain(|other| !self.are_apart(groups, new, *other, decided));
        let score = |other: &usize| this.sketch.score(&groups[*other].sketch);
        let best = candidates
            .into_iter()
            .max_by(|one, other| score(one).total_cmp(&score(other)));
        if let Some(best) = best {
            let likeness = this.sketch.likeness(&groups[best].sketch);
            self.joined.insert(new, likeness);
            self.unite(best, new);
        }
    }

    /// Somebody took apart an error of the one and an error of the other's family.
    fn are_apart(&self, groups: &[Group], one: usize, other: usize, decided: &Decided) -> bool {
        if decided.apart.is_empty() {
            return false;
        }
        let family = groups.iter().zip(&self.heads);
        let family = family.filter(|(_, head)| **head == self.heads[other]);
        let mut theirs = family.flat_map(|(group, _)| group.ledgers.keys());
        theirs.any(|their| {
            groups[one].ledgers.keys().any(|own| {
                decided.apart.contains(&(*own, *their)) || decided.apart.contains(&(*their, *own))
            })
        })
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.heads[one], self.heads[other]);
        let (head, gone) = (one.min(other), one.max(other));
        for known in &mut self.heads {
            if *known == gone {
                *known = head;
            }
        }
    }
}
