//! Two errors that are one.

use super::*;

fn merge(into: ErrorId) -> ErrorCommand {
    ErrorCommand::Merge { into }
}

fn merged() -> ErrorEvent {
    ErrorEvent::ErrorMerged { into: OTHER }
}

#[test]
fn it_is_merged_into_another_whatever_its_status() {
    for standing in [
        vec![],
        vec![ErrorEvent::ErrorFixBegun],
        vec![resolved()],
        vec![ignored(IgnoredUntil::Forever)],
    ] {
        given(standing)
            .when(merge(OTHER))
            .then_expect_events(vec![merged()]);
    }
}

#[test]
fn it_cannot_be_merged_into_itself() {
    given([])
        .when(merge(US))
        .then_expect_error(Refusal::IntoItself);
}

#[test]
fn to_merge_it_again_into_the_same_changes_nothing() {
    given([merged()])
        .when(merge(OTHER))
        .then_expect_events(vec![]);
}

#[test]
fn it_must_be_unmerged_before_it_is_merged_elsewhere() {
    given([merged()])
        .when(merge(THIRD))
        .then_expect_error(Refusal::Merged { into: OTHER });
}

#[test]
fn a_merged_error_names_the_one_to_ask_and_what_it_still_takes() {
    let refusal = given([merged()])
        .when(resolve())
        .inspect_result()
        .unwrap_err();
    assert_eq!(refusal, Refusal::Merged { into: OTHER });
    assert_eq!(refusal.allowed(), ["unmerge", "delete"]);
}

#[test]
fn an_unmerged_error_stands_where_it_stood() {
    given([ErrorEvent::ErrorFixBegun, merged()])
        .when(ErrorCommand::Unmerge)
        .then_expect_events(vec![ErrorEvent::ErrorUnmerged { from: OTHER }]);
    let group = folded([
        detected(),
        ErrorEvent::ErrorFixBegun,
        merged(),
        ErrorEvent::ErrorUnmerged { from: OTHER },
    ]);
    let error = group.live().unwrap();
    assert_eq!(
        (error.status(), error.merged_into),
        (ErrorStatus::Fixing, None)
    );
}

fn join(into: ErrorId) -> ErrorCommand {
    let alike = alike();
    ErrorCommand::Join { into, alike }
}

fn joined() -> ErrorEvent {
    let alike = alike();
    ErrorEvent::ErrorJoined { into: OTHER, alike }
}

#[test]
fn it_joins_one_that_it_is_like_and_that_can_be_undone() {
    given([])
        .when(join(OTHER))
        .then_expect_events(vec![joined()]);
    given([joined()])
        .when(ErrorCommand::Unmerge)
        .then_expect_events(vec![ErrorEvent::ErrorUnmerged { from: OTHER }]);
    given([])
        .when(join(US))
        .then_expect_error(Refusal::IntoItself);
}

#[test]
fn what_a_person_has_settled_or_merged_joins_nothing() {
    for since in [
        resolved(),
        ignored(IgnoredUntil::Forever),
        merged(),
        joined(),
    ] {
        given([since]).when(join(THIRD)).then_expect_events(vec![]);
    }
}

#[test]
fn what_is_not_merged_cannot_be_unmerged() {
    given([])
        .when(ErrorCommand::Unmerge)
        .then_expect_error(Refusal::NotMerged);
}
