//! Analysis, fix, resolution, and back.

use super::*;

#[test]
fn an_analysis_begins_and_ends() {
    given([])
        .when(ErrorCommand::BeginAnalysis)
        .then_expect_events(vec![ErrorEvent::ErrorAnalysisBegun]);
    given([ErrorEvent::ErrorAnalysisBegun])
        .when(ErrorCommand::EndAnalysis)
        .then_expect_events(vec![ErrorEvent::ErrorAnalysisEnded]);
}

#[test]
fn a_fix_may_begin_without_an_analysis() {
    given([])
        .when(ErrorCommand::BeginFix)
        .then_expect_events(vec![ErrorEvent::ErrorFixBegun]);
}

#[test]
fn an_analysis_may_go_on_to_a_fix() {
    given([ErrorEvent::ErrorAnalysisBegun])
        .when(ErrorCommand::BeginFix)
        .then_expect_events(vec![ErrorEvent::ErrorFixBegun]);
}

#[test]
fn a_fix_that_resolves_nothing_leads_back_to_detected() {
    let group = folded([
        detected(),
        ErrorEvent::ErrorFixBegun,
        ErrorEvent::ErrorFixEnded,
    ]);
    assert_eq!(group.live().unwrap().standing, Standing::Detected);
}

#[test]
fn what_is_being_fixed_is_not_analyzed() {
    given([ErrorEvent::ErrorFixBegun])
        .when(ErrorCommand::BeginAnalysis)
        .then_expect_error(refused(ErrorStatus::Fixing, "analyze"));
}

#[test]
fn what_is_resolved_must_be_reopened_before_it_is_fixed() {
    given([resolved()])
        .when(ErrorCommand::BeginFix)
        .then_expect_error(refused(ErrorStatus::Resolved, "fix"));
    given([resolved(), ErrorEvent::ErrorReopened { by: ANN }])
        .when(ErrorCommand::BeginFix)
        .then_expect_events(vec![ErrorEvent::ErrorFixBegun]);
}

#[test]
fn a_resolution_says_who_when_how_and_in_which_release() {
    let saga = Actor::Saga {
        name: "fixes".to_owned(),
    };
    given([ErrorEvent::ErrorFixBegun])
        .when(ErrorCommand::Resolve {
            by: saga.clone(),
            at: hour(3),
            how: ResolvedHow::ByFix,
            in_release: Some("2.1.0".to_owned()),
        })
        .then_expect_events(vec![ErrorEvent::ErrorResolved {
            by: saga,
            at: hour(3),
            how: ResolvedHow::ByFix,
            in_release: Some("2.1.0".to_owned()),
        }]);
}

#[test]
fn the_first_resolution_stays() {
    given([resolved()])
        .when(ErrorCommand::Resolve {
            by: Actor::System,
            at: hour(9),
            how: ResolvedHow::ByFix,
            in_release: Some("2.1.0".to_owned()),
        })
        .then_expect_events(vec![]);
}

#[test]
fn a_resolution_is_forgotten_with_its_standing() {
    let mut group = folded([detected(), resolved()]);
    assert!(group.live().unwrap().resolution().is_some());
    group.apply(ErrorEvent::ErrorReopened { by: ANN });
    assert_eq!(group.live().unwrap().resolution(), None);
}

#[test]
fn what_is_being_worked_on_cannot_be_reopened() {
    given([ErrorEvent::ErrorAnalysisBegun])
        .when(reopen())
        .then_expect_error(refused(ErrorStatus::Analyzing, "reopen"));
}

#[test]
fn a_refusal_says_where_it_stands_what_was_asked_and_what_is_allowed() {
    let refusal = given([resolved()])
        .when(ErrorCommand::BeginAnalysis)
        .inspect_result()
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the error is resolved: it cannot be asked to analyze"
    );
    assert_eq!(refusal.allowed(), ["reopen", "ignore", "merge", "delete"]);
}
