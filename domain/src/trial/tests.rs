//! Where settings differ from the present, and where people decide.

use serde_json::json;
use uuid::Uuid;

use super::{Decided, Outcome, Present, Settings, Trial};
use crate::grouping::CURRENT;
use crate::ids::{ErrorId, EventId};
use crate::occurrence::{Occurrence, decode};
use crate::similarity::JOIN_AT;

fn error(number: u128) -> ErrorId {
    ErrorId(Uuid::from_u128(number))
}

fn open(number: u128) -> Present {
    Present {
        error: error(number),
        root: error(number),
        is_open: true,
    }
}

/// A missing price: messages alone tell them apart.
fn priced(what: &str) -> Occurrence {
    raised(&format!("no price of '{what}'"), "price")
}

fn raised(value: &str, function: &str) -> Occurrence {
    let frames: Vec<_> = ["checkout", "total", function]
        .iter()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    let event = json!({"platform": "python", "exception": {"values": [
        {"type": "KeyError", "value": value, "stacktrace": {"frames": frames}}]}});
    decode(event.to_string().as_bytes()).unwrap()
}

/// What comes of occurrences, the oldest first.
fn tried(join_at: Option<f64>, decided: &Decided, all: &[(Present, Occurrence)]) -> Outcome {
    let version = CURRENT;
    let mut trial = Trial::new(Settings { version, join_at });
    for (number, (present, occurrence)) in all.iter().enumerate().rev() {
        let event = EventId(Uuid::from_u128(number as u128));
        trial.show(event, *present, occurrence);
    }
    trial.outcome(decided)
}

#[test]
fn what_stays_as_it_is_is_not_told() {
    let all = [
        (open(1), priced("apple")),
        (open(2), raised("no tax", "tax")),
        (open(1), priced("apple")),
    ];
    let outcome = tried(Some(JOIN_AT), &Decided::default(), &all);
    assert_eq!((outcome.errors_now, outcome.errors_then), (2, 2));
    assert!(outcome.splits.is_empty() && outcome.merges.is_empty());
}

#[test]
fn an_error_that_falls_apart_is_told_with_what_each_part_rests_on() {
    let tax = || (open(1), raised("no tax", "tax"));
    let all = [tax(), (open(1), priced("apple")), tax()];
    let outcome = tried(Some(JOIN_AT), &Decided::default(), &all);
    let split = &outcome.splits[0];
    assert_eq!((split.error_id, split.occurrences), (error(1), 3));
    assert_eq!(split.title, "KeyError: no tax");
    let parts: Vec<_> = split
        .into
        .iter()
        .map(|p| (p.occurrences, &*p.title))
        .collect();
    assert_eq!(
        parts,
        [
            (2, "KeyError: no tax"),
            (1, "KeyError: no price of 'apple'")
        ]
    );
    assert!(
        split.into[0]
            .rests_on
            .iter()
            .any(|part| part.value.contains("tax"))
    );
    assert!(outcome.merges.is_empty());
}

#[test]
fn errors_that_come_together_are_told_with_the_likeness_or_by_their_fingerprint() {
    let all = [(open(1), priced("apple")), (open(2), priced("pear"))];
    let merge = &tried(Some(JOIN_AT), &Decided::default(), &all).merges[0];
    let errors: Vec<_> = merge.errors.iter().map(|one| one.error_id).collect();
    assert_eq!(errors, [error(1), error(2)]);
    assert!(merge.joined[0].score >= JOIN_AT);
    assert!(!merge.joined[0].shared.is_empty());
    assert!(tried(None, &Decided::default(), &all).merges.is_empty());
    assert!(
        tried(Some(0.999), &Decided::default(), &all)
            .merges
            .is_empty()
    );

    let all = [(open(1), priced("apple")), (open(2), priced("apple"))];
    let merge = &tried(None, &Decided::default(), &all).merges[0];
    assert!(merge.joined.is_empty());
}

#[test]
fn joining_goes_by_time_and_by_the_most_alike() {
    // The last is like both, and more like the second, which is not like the first.
    let all = [
        (open(1), raised("no price of apple", "price")),
        (open(2), raised("no price of pear and plum today", "price")),
        (
            open(3),
            raised("no price of pear and plum tomorrow", "price"),
        ),
    ];
    let scores: Vec<_> = [(0, 1), (0, 2), (1, 2)]
        .map(|(a, b)| {
            crate::similarity::sketch(&all[a].1).score(&crate::similarity::sketch(&all[b].1))
        })
        .into();
    assert!(scores[2] > scores[0].max(scores[1]), "{scores:?}");
    let between = f64::midpoint(scores[2], scores[0].max(scores[1]));
    let merges = tried(Some(between), &Decided::default(), &all).merges;
    assert_eq!(merges.len(), 1);
    let errors: Vec<_> = merges[0].errors.iter().map(|one| one.error_id).collect();
    assert_eq!(errors, [error(2), error(3)]);
}

#[test]
fn what_people_decided_holds() {
    let all = [(open(1), priced("apple")), (open(2), priced("pear"))];
    let apart = Decided {
        apart: [(error(2), error(1))].into(),
        ..Decided::default()
    };
    assert!(tried(Some(JOIN_AT), &apart, &all).merges.is_empty());

    let (one, mut two) = (open(1), open(2));
    two.root = one.root;
    let all = [(one, priced("apple")), (two, raised("no tax", "tax"))];
    let split = tried(None, &Decided::default(), &all).splits;
    assert_eq!(split.len(), 1);
    let merged = Decided {
        merged: vec![(error(2), error(1))],
        ..Decided::default()
    };
    assert!(tried(None, &merged, &all).splits.is_empty());
}

#[test]
fn nothing_joins_what_is_closed_unless_it_did() {
    let closed = Present {
        is_open: false,
        ..open(1)
    };
    let all = [(closed, priced("apple")), (open(2), priced("pear"))];
    assert!(
        tried(Some(JOIN_AT), &Decided::default(), &all)
            .merges
            .is_empty()
    );
    let joined = Present {
        error: error(2),
        ..closed
    };
    let all = [(closed, priced("apple")), (joined, priced("pear"))];
    assert!(
        tried(Some(JOIN_AT), &Decided::default(), &all)
            .splits
            .is_empty()
    );
}
