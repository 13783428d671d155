//! Tags come and go. Every error here begins with the tag `web`.

use super::*;

fn tag(add: &[&str], remove: &[&str]) -> ErrorCommand {
    ErrorCommand::Tag {
        add: words(add),
        remove: words(remove),
    }
}

fn tagged(tags: &[&str]) -> ErrorEvent {
    ErrorEvent::ErrorTagged { tags: words(tags) }
}

fn untagged(tags: &[&str]) -> ErrorEvent {
    ErrorEvent::ErrorUntagged { tags: words(tags) }
}

#[test]
fn only_new_tags_are_added_each_once() {
    given([])
        .when(tag(&["web", "cart", "cart"], &[]))
        .then_expect_events(vec![tagged(&["cart"])]);
}

#[test]
fn only_tags_that_are_there_are_taken_away() {
    given([])
        .when(tag(&[], &["web", "cart"]))
        .then_expect_events(vec![untagged(&["web"])]);
}

#[test]
fn tags_are_exchanged_in_one_command() {
    given([])
        .when(tag(&["cart"], &["web"]))
        .then_expect_events(vec![untagged(&["web"]), tagged(&["cart"])]);
}

#[test]
fn a_tag_both_added_and_taken_away_is_there_afterwards() {
    given([])
        .when(tag(&["web", "cart"], &["web", "cart"]))
        .then_expect_events(vec![tagged(&["cart"])]);
}

#[test]
fn an_edit_gives_the_whole_set() {
    let to = |tags: &[&str]| {
        edit(Edit {
            tags: Some(words(tags)),
            ..Edit::default()
        })
    };
    given([tagged(&["cart"])])
        .when(to(&["db", "cart", "db"]))
        .then_expect_events(vec![untagged(&["web"]), tagged(&["db"])]);
    given([tagged(&["cart"])])
        .when(to(&["cart", "web"]))
        .then_expect_events(vec![]);
    given([])
        .when(to(&[]))
        .then_expect_events(vec![untagged(&["web"])]);
}

#[test]
fn what_is_taken_away_makes_room() {
    let full: Vec<String> = (1..TAGS_MAX).map(|tag| tag.to_string()).collect();
    let full = ErrorEvent::ErrorTagged { tags: full };
    given([full.clone()])
        .when(tag(&["cart"], &[]))
        .then_expect_error(Refusal::TooManyTags(51));
    given([full])
        .when(tag(&["cart"], &["web"]))
        .then_expect_events(vec![untagged(&["web"]), tagged(&["cart"])]);
}

#[test]
fn a_tag_has_1_to_200_characters() {
    let refusal = |count: usize| {
        let command = tag(&[&"é".repeat(count)], &[]);
        given([]).when(command).inspect_result().err()
    };
    assert_eq!(refusal(0), Some(Refusal::TagLength(0)));
    assert_eq!(refusal(200), None);
    assert_eq!(refusal(201), Some(Refusal::TagLength(201)));
}
