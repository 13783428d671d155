//! An occurrence of what was settled.

use super::*;

fn occurs(hours: u32, count: u64) -> ErrorCommand {
    ErrorCommand::Regress(Regression {
        at: hour(hours),
        release: Some("2.0".to_owned()),
        count,
    })
}

#[test]
fn a_resolved_error_that_occurs_regresses() {
    given([resolved()])
        .when(occurs(2, 9))
        .then_expect_events(vec![ErrorEvent::ErrorRegressed {
            at: hour(2),
            release: Some("2.0".to_owned()),
        }]);
}

#[test]
fn an_open_error_that_occurs_stays_as_it_is() {
    given([]).when(occurs(2, 9)).then_expect_events(vec![]);
    given([ErrorEvent::ErrorFixBegun])
        .when(occurs(2, 9))
        .then_expect_events(vec![]);
}

#[test]
fn an_error_ignored_for_ever_may_occur() {
    given([ignored(IgnoredUntil::Forever)])
        .when(occurs(23, u64::MAX))
        .then_expect_events(vec![]);
}

#[test]
fn an_error_ignored_until_a_time_comes_back_at_that_time() {
    let until = IgnoredUntil::Time { at: hour(5) };
    given([ignored(until)])
        .when(occurs(4, 9))
        .then_expect_events(vec![]);
    given([ignored(until)])
        .when(occurs(5, 9))
        .then_expect_events(vec![ErrorEvent::ErrorIgnoreExpired { at: hour(5) }]);
}

#[test]
fn an_error_ignored_for_some_occurrences_comes_back_with_the_last_of_them() {
    let until = IgnoredUntil::Occurrences { count: 10 };
    given([ignored(until)])
        .when(occurs(2, 9))
        .then_expect_events(vec![]);
    given([ignored(until)])
        .when(occurs(2, 10))
        .then_expect_events(vec![ErrorEvent::ErrorIgnoreExpired { at: hour(2) }]);
}

#[test]
fn it_is_regressed_until_it_is_settled_again() {
    let mut group = folded([detected(), resolved()]);
    let regressed = |group: &ErrorGroup| group.live().unwrap().is_regressed();
    assert!(!regressed(&group));
    group.apply(ErrorEvent::ErrorRegressed {
        at: hour(2),
        release: None,
    });
    assert!(regressed(&group));
    group.apply(ErrorEvent::ErrorFixBegun);
    assert!(regressed(&group));
    group.apply(resolved());
    assert!(!regressed(&group));
    group.apply(ErrorEvent::ErrorReopened { by: ANN });
    assert!(!regressed(&group));
}

#[test]
fn to_ignore_it_only_hides_that_it_is_regressed() {
    let mut group = folded([
        detected(),
        resolved(),
        ErrorEvent::ErrorRegressed {
            at: hour(2),
            release: None,
        },
        ignored(IgnoredUntil::Forever),
    ]);
    assert!(!group.live().unwrap().is_regressed());
    group.apply(ErrorEvent::ErrorReopened { by: ANN });
    assert!(group.live().unwrap().is_regressed());
}
