//! Asked for, begun, and come to a result or to none.

use super::*;

fn requested(number: u32, because: Because) -> ErrorEvent {
    ErrorEvent::ErrorAnalysisRequested {
        number,
        by: ANN,
        because,
        provider: None,
        prompt_version: None,
        at: hour(1),
    }
}

fn request(because: Because) -> ErrorCommand {
    ErrorCommand::RequestAnalysis {
        by: ANN,
        because,
        provider: None,
        prompt_version: None,
        at: hour(1),
    }
}

fn complete(number: u32) -> ErrorCommand {
    ErrorCommand::CompleteAnalysis(Box::new(result(number)))
}

fn completed(number: u32) -> ErrorEvent {
    ErrorEvent::ErrorAnalysisCompleted(Box::new(result(number)))
}

fn fail(number: u32) -> ErrorCommand {
    ErrorCommand::FailAnalysis {
        number,
        why: AnalysisFailure::GaveUp,
        at: hour(3),
    }
}

fn failed(number: u32) -> ErrorEvent {
    ErrorEvent::ErrorAnalysisFailed {
        number,
        why: AnalysisFailure::GaveUp,
        at: hour(3),
    }
}

/// One that is under way and moved the error.
fn under_way() -> [ErrorEvent; 2] {
    [requested(1, Because::New), ErrorEvent::ErrorAnalysisBegun]
}

#[test]
fn it_moves_the_error_and_moves_it_back() {
    given([])
        .when(request(Because::New))
        .then_expect_events(under_way().to_vec());
    given(under_way())
        .when(complete(1))
        .then_expect_events(vec![completed(1), ErrorEvent::ErrorAnalysisEnded]);
    given(under_way())
        .when(fail(1))
        .then_expect_events(vec![failed(1), ErrorEvent::ErrorAnalysisEnded]);
}

#[test]
fn it_is_held_back_once_and_completed_all_the_same() {
    let hold_back = |number| ErrorCommand::HoldBackAnalysis {
        number,
        why: HeldBack::MonthBudget,
        at: hour(2),
    };
    let held_back = ErrorEvent::ErrorAnalysisHeldBack {
        number: 1,
        why: HeldBack::MonthBudget,
        at: hour(2),
    };
    given(under_way())
        .when(hold_back(1))
        .then_expect_events(vec![held_back.clone()]);
    let then = || under_way().into_iter().chain([held_back.clone()]);
    given(then())
        .when(hold_back(1))
        .then_expect_events(Vec::new());
    given(then())
        .when(complete(1))
        .then_expect_events(vec![completed(1), ErrorEvent::ErrorAnalysisEnded]);
    given(under_way())
        .when(hold_back(2))
        .then_expect_error(Refusal::NoAnalysis { number: 2 });
}

#[test]
fn one_is_under_way_at_a_time() {
    for because in [Because::Asked, Because::SecondOpinion { of: 1 }] {
        given(under_way())
            .when(request(because))
            .then_expect_error(Refusal::AnalysisUnderWay { number: 1 });
    }
}

#[test]
fn a_worker_begins_once() {
    let start = || ErrorCommand::StartAnalysis {
        number: 1,
        at: hour(2),
    };
    let started = ErrorEvent::ErrorAnalysisStarted {
        number: 1,
        at: hour(2),
    };
    given(under_way())
        .when(start())
        .then_expect_events(vec![started.clone()]);
    given(under_way().into_iter().chain([started]))
        .when(start())
        .then_expect_events(vec![]);
}

#[test]
fn what_comes_twice_or_too_late_changes_nothing() {
    for command in [complete(1), fail(1)] {
        given(under_way().into_iter().chain([failed(1)]))
            .when(command)
            .then_expect_events(vec![]);
    }
    given(under_way())
        .when(complete(2))
        .then_expect_error(Refusal::NoAnalysis { number: 2 });
}

#[test]
fn a_later_one_takes_the_place_of_the_one_before() {
    let before = [
        requested(1, Because::New),
        completed(1),
        requested(2, Because::Asked),
    ];
    given(before).when(complete(2)).then_expect_events(vec![
        completed(2),
        ErrorEvent::ErrorAnalysisSuperseded { number: 1, by: 2 },
    ]);
}

#[test]
fn a_second_opinion_takes_no_place_and_moves_nothing() {
    let second = Because::SecondOpinion { of: 1 };
    let first = [requested(1, Because::New), completed(1), resolved()];
    given(first.clone())
        .when(request(second))
        .then_expect_events(vec![requested(2, second)]);
    given(first.clone().into_iter().chain([requested(2, second)]))
        .when(complete(2))
        .then_expect_events(vec![completed(2)]);
    given(first)
        .when(request(Because::SecondOpinion { of: 3 }))
        .then_expect_error(Refusal::NoAnalysis { number: 3 });
}

#[test]
fn whoever_moved_the_error_on_meanwhile_is_not_undone() {
    for since in [
        vec![ErrorEvent::ErrorFixBegun],
        vec![resolved()],
        vec![ErrorEvent::ErrorAnalysisEnded],
    ] {
        given(under_way().into_iter().chain(since))
            .when(complete(1))
            .then_expect_events(vec![completed(1)]);
    }
}

#[test]
fn what_a_person_began_is_not_ended_by_an_analysis() {
    given([ErrorEvent::ErrorAnalysisBegun, requested(1, Because::Asked)])
        .when(complete(1))
        .then_expect_events(vec![completed(1)]);
}

#[test]
fn the_one_under_way_of_a_merged_error_comes_to_its_end() {
    let merged = under_way()
        .into_iter()
        .chain([ErrorEvent::ErrorMerged { into: OTHER }]);
    given(merged)
        .when(complete(1))
        .then_expect_events(vec![completed(1), ErrorEvent::ErrorAnalysisEnded]);
}
