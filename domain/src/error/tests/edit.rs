//! One PUT, several fields.

use super::*;

fn to_status(status: ErrorStatus) -> ErrorCommand {
    edit(Edit {
        status: Some(status),
        ..Edit::default()
    })
}

#[test]
fn an_empty_edit_changes_nothing() {
    given([])
        .when(edit(Edit::default()))
        .then_expect_events(vec![]);
}

#[test]
fn every_field_given_becomes_its_own_event() {
    given([])
        .when(edit(Edit {
            title: Some("Cart".to_owned()),
            description: Some(text(8, "d1")),
            severity: Some(Severity::Critical),
            category: Some(Some("database".to_owned())),
            tags: Some(words(&["cart"])),
            assignee: Some(Some("ann".to_owned())),
            status: Some(ErrorStatus::Resolved),
            ..Edit::default()
        }))
        .then_expect_events(vec![
            ErrorEvent::ErrorRetitled {
                title: "Cart".to_owned(),
            },
            ErrorEvent::ErrorDescribed {
                text: text(8, "d1"),
            },
            ErrorEvent::ErrorSeverityChanged {
                severity: Severity::Critical,
            },
            ErrorEvent::ErrorCategorized {
                category: Some("database".to_owned()),
            },
            ErrorEvent::ErrorUntagged {
                tags: words(&["web"]),
            },
            ErrorEvent::ErrorTagged {
                tags: words(&["cart"]),
            },
            ErrorEvent::ErrorAssigned {
                to: "ann".to_owned(),
            },
            resolved(),
        ]);
}

#[test]
fn the_values_it_has_already_change_nothing() {
    let described = ErrorEvent::ErrorDescribed {
        text: text(8, "d1"),
    };
    given([described, resolved()])
        .when(edit(Edit {
            title: Some(facts().title),
            description: Some(text(9, "d1")),
            severity: Some(Severity::High),
            category: Some(None),
            tags: Some(words(&["web"])),
            assignee: Some(None),
            status: Some(ErrorStatus::Resolved),
            ..Edit::default()
        }))
        .then_expect_events(vec![]);
}

#[test]
fn one_wrong_value_refuses_the_whole_edit() {
    given([])
        .when(edit(Edit {
            title: Some("Cart".to_owned()),
            tags: Some(vec![String::new()]),
            status: Some(ErrorStatus::Resolved),
            ..Edit::default()
        }))
        .then_expect_error(Refusal::TagLength(0));
}

#[test]
fn a_status_it_cannot_reach_refuses_the_whole_edit() {
    given([resolved()])
        .when(edit(Edit {
            title: Some("Cart".to_owned()),
            status: Some(ErrorStatus::Fixing),
            ..Edit::default()
        }))
        .then_expect_error(refused(ErrorStatus::Resolved, "fix"));
}

#[test]
fn the_description_an_error_begins_with_is_known_by_its_digest() {
    let begun = Detected {
        description: Some(text(8, "d1")),
        ..facts()
    };
    TestFramework::<ErrorGroup>::with(())
        .given(vec![ErrorEvent::ErrorDetected(Box::new(begun))])
        .when(edit(Edit {
            description: Some(text(9, "d1")),
            ..Edit::default()
        }))
        .then_expect_events(vec![]);
}

#[test]
fn a_title_has_1_to_255_characters() {
    let refusal = |count: usize| {
        let command = edit(Edit {
            title: Some("é".repeat(count)),
            ..Edit::default()
        });
        given([]).when(command).inspect_result().err()
    };
    assert_eq!(refusal(0), Some(Refusal::Title(0)));
    assert_eq!(refusal(255), None);
    assert_eq!(refusal(256), Some(Refusal::Title(256)));
}

#[test]
fn to_name_ignored_again_keeps_how_long_it_is_ignored() {
    given([ignored(IgnoredUntil::Time { at: hour(5) })])
        .when(to_status(ErrorStatus::Ignored))
        .then_expect_events(vec![]);
}

#[test]
fn an_edit_ignores_for_ever() {
    given([])
        .when(to_status(ErrorStatus::Ignored))
        .then_expect_events(vec![ignored(IgnoredUntil::Forever)]);
}

#[test]
fn detected_ends_work_and_reopens_what_is_settled() {
    let to_detected = || to_status(ErrorStatus::Detected);
    given([ErrorEvent::ErrorAnalysisBegun])
        .when(to_detected())
        .then_expect_events(vec![ErrorEvent::ErrorAnalysisEnded]);
    given([ErrorEvent::ErrorFixBegun])
        .when(to_detected())
        .then_expect_events(vec![ErrorEvent::ErrorFixEnded]);
    given([resolved()])
        .when(to_detected())
        .then_expect_events(vec![ErrorEvent::ErrorReopened { by: ANN }]);
}

#[test]
fn an_edit_by_nobody_is_by_the_system() {
    given([resolved()])
        .when(ErrorCommand::Edit(Box::new(Edit {
            status: Some(ErrorStatus::Detected),
            ..Edit::default()
        })))
        .then_expect_events(vec![ErrorEvent::ErrorReopened { by: Actor::System }]);
}
