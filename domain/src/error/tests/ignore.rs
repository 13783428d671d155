//! Ignoring, for ever or for a while.

use super::*;

#[test]
fn it_can_be_ignored_for_ever_until_a_time_or_for_some_occurrences() {
    for until in [
        IgnoredUntil::Forever,
        IgnoredUntil::Time { at: hour(5) },
        IgnoredUntil::Occurrences { count: 10 },
    ] {
        given([])
            .when(ignore(until))
            .then_expect_events(vec![ignored(until)]);
    }
}

#[test]
fn to_ignore_it_again_until_the_same_changes_nothing() {
    given([ignored(IgnoredUntil::Forever)])
        .when(ignore(IgnoredUntil::Forever))
        .then_expect_events(vec![]);
}

#[test]
fn to_ignore_it_again_until_another_time_moves_the_end() {
    let later = IgnoredUntil::Time { at: hour(9) };
    given([ignored(IgnoredUntil::Time { at: hour(5) })])
        .when(ignore(later))
        .then_expect_events(vec![ignored(later)]);
}

#[test]
fn a_time_that_has_come_is_refused() {
    for past in [hour(0), hour(1)] {
        given([])
            .when(ignore(IgnoredUntil::Time { at: past }))
            .then_expect_error(Refusal::IgnoredUntilPast);
    }
}

#[test]
fn what_is_resolved_or_being_fixed_can_be_ignored() {
    for standing in [resolved(), ErrorEvent::ErrorFixBegun] {
        given([standing])
            .when(ignore(IgnoredUntil::Forever))
            .then_expect_events(vec![ignored(IgnoredUntil::Forever)]);
    }
}

#[test]
fn to_reopen_it_ends_the_ignoring() {
    given([ignored(IgnoredUntil::Forever)])
        .when(reopen())
        .then_expect_events(vec![ErrorEvent::ErrorReopened { by: ANN }]);
    let group = folded([
        detected(),
        ignored(IgnoredUntil::Forever),
        ErrorEvent::ErrorReopened { by: ANN },
    ]);
    assert_eq!(group.live().unwrap().ignored_until(), None);
}

#[test]
fn what_is_ignored_can_be_resolved() {
    given([ignored(IgnoredUntil::Forever)])
        .when(resolve())
        .then_expect_events(vec![resolved()]);
}
