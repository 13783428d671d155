//! How an error begins.

use super::*;

fn detect(facts: Detected) -> ErrorCommand {
    ErrorCommand::Detect(Box::new(facts))
}

#[test]
fn the_first_occurrence_detects_it() {
    given_nothing()
        .when(detect(facts()))
        .then_expect_events(vec![detected()]);
}

#[test]
fn to_detect_it_again_changes_nothing() {
    given([]).when(detect(facts())).then_expect_events(vec![]);
}

#[test]
fn another_fingerprint_under_the_same_id_is_refused() {
    let other = Detected {
        fingerprint: "ffff".to_owned(),
        ..facts()
    };
    given([])
        .when(detect(other))
        .then_expect_error(Refusal::Exists);
}

#[test]
fn a_deleted_error_is_never_detected_again() {
    given([ErrorEvent::ErrorDeleted { by: ANN }])
        .when(detect(facts()))
        .then_expect_error(Refusal::NotFound);
}

#[test]
fn what_was_edited_since_does_not_make_it_another_error() {
    given([ErrorEvent::ErrorRetitled {
        title: "Cart".to_owned(),
    }])
    .when(detect(facts()))
    .then_expect_events(vec![]);
}

#[test]
fn a_tag_given_twice_is_there_once() {
    let twice = Detected {
        tags: words(&["web", "cart", "web"]),
        ..facts()
    };
    let once = Detected {
        tags: words(&["web", "cart"]),
        ..facts()
    };
    given_nothing()
        .when(detect(twice))
        .then_expect_events(vec![ErrorEvent::ErrorDetected(Box::new(once))]);
}

/// Detects with one field changed; says why it was refused.
fn refusal_of(change: impl FnOnce(&mut Detected)) -> Option<Refusal> {
    let mut facts = facts();
    change(&mut facts);
    given_nothing().when(detect(facts)).inspect_result().err()
}

#[test]
fn a_title_has_1_to_255_characters() {
    let title = |count| refusal_of(|facts| facts.title = "é".repeat(count));
    assert_eq!(title(0), Some(Refusal::Title(0)));
    assert_eq!(title(1), None);
    assert_eq!(title(255), None);
    assert_eq!(title(256), Some(Refusal::Title(256)));
}

#[test]
fn a_category_is_none_or_has_1_to_100_characters() {
    let category = |count| refusal_of(|facts| facts.category = Some("é".repeat(count)));
    assert_eq!(category(0), Some(Refusal::Category(0)));
    assert_eq!(category(100), None);
    assert_eq!(category(101), Some(Refusal::Category(101)));
}

#[test]
fn a_source_has_1_to_100_characters() {
    let source = |count| refusal_of(|facts| facts.source = "é".repeat(count));
    assert_eq!(source(0), Some(Refusal::Source));
    assert_eq!(source(100), None);
    assert_eq!(source(101), Some(Refusal::Source));
}

#[test]
fn the_id_at_the_source_has_at_most_255_characters() {
    let source_id = |count| refusal_of(|facts| facts.source_id = Some("é".repeat(count)));
    assert_eq!(source_id(255), None);
    assert_eq!(source_id(256), Some(Refusal::Source));
}

#[test]
fn there_are_at_most_50_tags_of_1_to_200_characters() {
    let many = |count: usize| {
        refusal_of(|facts| facts.tags = (0..count).map(|tag| tag.to_string()).collect())
    };
    let long = |count| refusal_of(|facts| facts.tags = vec!["é".repeat(count)]);
    assert_eq!(many(50), None);
    assert_eq!(many(51), Some(Refusal::TooManyTags(51)));
    assert_eq!(long(0), Some(Refusal::TagLength(0)));
    assert_eq!(long(200), None);
    assert_eq!(long(201), Some(Refusal::TagLength(201)));
}
