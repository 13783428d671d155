//! Severity, category, assignee.

use super::*;

fn categorize(category: Option<&str>) -> ErrorCommand {
    ErrorCommand::Categorize {
        category: category.map(str::to_owned),
    }
}

fn assign(to: Option<&str>) -> ErrorCommand {
    ErrorCommand::Assign {
        to: to.map(str::to_owned),
    }
}

#[test]
fn a_severity_changes_to_another_only() {
    let to = |severity| ErrorCommand::ChangeSeverity { severity };
    given([])
        .when(to(Severity::Low))
        .then_expect_events(vec![ErrorEvent::ErrorSeverityChanged {
            severity: Severity::Low,
        }]);
    given([])
        .when(to(Severity::High))
        .then_expect_events(vec![]);
}

#[test]
fn a_category_is_set_and_taken_away() {
    let db = ErrorEvent::ErrorCategorized {
        category: Some("database".to_owned()),
    };
    given([])
        .when(categorize(Some("database")))
        .then_expect_events(vec![db.clone()]);
    given([db])
        .when(categorize(None))
        .then_expect_events(vec![ErrorEvent::ErrorCategorized { category: None }]);
    given([]).when(categorize(None)).then_expect_events(vec![]);
}

#[test]
fn a_category_has_1_to_100_characters() {
    let refusal = |count: usize| {
        let command = categorize(Some(&"é".repeat(count)));
        given([]).when(command).inspect_result().err()
    };
    assert_eq!(refusal(0), Some(Refusal::Category(0)));
    assert_eq!(refusal(100), None);
    assert_eq!(refusal(101), Some(Refusal::Category(101)));
}

#[test]
fn an_assignee_is_set_replaced_and_taken_away() {
    let to = |name: &str| ErrorEvent::ErrorAssigned {
        to: name.to_owned(),
    };
    given([])
        .when(assign(Some("ann")))
        .then_expect_events(vec![to("ann")]);
    given([to("ann")])
        .when(assign(Some("bob")))
        .then_expect_events(vec![to("bob")]);
    given([to("ann")])
        .when(assign(Some("ann")))
        .then_expect_events(vec![]);
    given([to("ann")])
        .when(assign(None))
        .then_expect_events(vec![ErrorEvent::ErrorUnassigned]);
    given([]).when(assign(None)).then_expect_events(vec![]);
}

#[test]
fn an_assignee_has_1_to_255_characters() {
    let refusal = |count: usize| {
        let command = assign(Some(&"é".repeat(count)));
        given([]).when(command).inspect_result().err()
    };
    assert_eq!(refusal(0), Some(Refusal::Assignee(0)));
    assert_eq!(refusal(255), None);
    assert_eq!(refusal(256), Some(Refusal::Assignee(256)));
}

#[test]
fn a_wrong_value_is_told_from_a_wrong_moment() {
    assert!(Refusal::Title(0).is_invalid_input());
    assert!(Refusal::IntoItself.is_invalid_input());
    assert!(Refusal::IgnoredUntilPast.is_invalid_input());
    assert!(!refused(ErrorStatus::Fixing, "analyze").is_invalid_input());
    assert!(!Refusal::NotMerged.is_invalid_input());
    assert!(!Refusal::NotFound.is_invalid_input());
    assert!(Refusal::NotFound.is_not_found());
}

#[test]
fn a_release_has_1_to_200_characters() {
    for (release, length) in [(String::new(), 0), ("r".repeat(201), 201)] {
        let resolve = ErrorCommand::Resolve {
            by: ANN,
            at: hour(2),
            how: ResolvedHow::Manually,
            in_release: Some(release),
        };
        given([])
            .when(resolve)
            .then_expect_error(Refusal::Release(length));
    }
}
