//! The end of an error.

use super::*;

#[test]
fn it_is_deleted_whatever_its_status() {
    for standing in [
        vec![],
        vec![ErrorEvent::ErrorAnalysisBegun],
        vec![resolved()],
        vec![ErrorEvent::ErrorMerged { into: OTHER }],
    ] {
        given(standing)
            .when(delete())
            .then_expect_events(vec![ErrorEvent::ErrorDeleted { by: ANN }]);
    }
}

#[test]
fn to_delete_it_again_changes_nothing() {
    given([ErrorEvent::ErrorDeleted { by: ANN }])
        .when(delete())
        .then_expect_events(vec![]);
}

#[test]
fn what_never_was_cannot_be_deleted() {
    given_nothing()
        .when(delete())
        .then_expect_error(Refusal::NotFound);
}

#[test]
fn nothing_is_left_of_a_deleted_error() {
    let group = folded([detected(), ErrorEvent::ErrorDeleted { by: ANN }]);
    assert_eq!(group, ErrorGroup::Deleted);
    assert_eq!(group.live(), None);
}
