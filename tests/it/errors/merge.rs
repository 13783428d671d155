//! Merging errors and taking it back.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{ask, detail, reported};
use crate::app::{Answer, TestApp};

async fn merge(app: &TestApp, id: &str, into: &str) -> Answer {
    ask(app, id, "merge", &json!({"into": into})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_error_counts_in_the_other_and_is_no_longer_listed() {
    let app = TestApp::start().await;
    let (one, other) = (reported(&app, "one").await, reported(&app, "other").await);
    let answer = merge(&app, &one, &other).await;
    assert!(answer.position() > 0);
    assert_eq!(answer.expect(200)["merged_into"], json!(other));
    reported(&app, "one").await;
    let errors = app.errors().await;
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (&errors[0]["id"], &errors[0]["count"]),
        (&json!(other), &json!(3))
    );
    assert_eq!(detail(&app, &other).await["merged_from"], json!([one]));
    assert_eq!(detail(&app, &one).await["merged_into"], json!(other));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmerged_error_has_its_own_occurrences_back() {
    let app = TestApp::start().await;
    let (one, other) = (reported(&app, "one").await, reported(&app, "other").await);
    merge(&app, &one, &other).await.expect(200);
    reported(&app, "one").await;
    let answer = ask(&app, &one, "unmerge", &json!({})).await;
    assert_eq!(answer.expect(200)["merged_into"], Value::Null);
    assert_eq!(detail(&app, &one).await["count"], 2);
    assert_eq!(detail(&app, &other).await["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_into_what_is_merged_goes_to_where_that_went() {
    let app = TestApp::start().await;
    let (one, two, three) = (
        reported(&app, "one").await,
        reported(&app, "two").await,
        reported(&app, "three").await,
    );
    merge(&app, &two, &three).await.expect(200);
    let written = merge(&app, &one, &two).await.expect(200);
    assert_eq!(written["merged_into"], json!(three));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_error_refuses_what_is_for_the_other() {
    let app = TestApp::start().await;
    let (one, other) = (reported(&app, "one").await, reported(&app, "other").await);
    merge(&app, &one, &other).await.expect(200);
    let refused = ask(&app, &one, "resolve", &json!({})).await.expect(409);
    assert_eq!(refused["allowed"], json!(["unmerge", "delete"]));
    assert!(refused["detail"].as_str().unwrap().contains(&other));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_makes_no_sense_is_refused() {
    let mut app = TestApp::start().await;
    let one = reported(&app, "one").await;
    let mine = app.project.clone();
    app.project = app.another_project().await;
    let theirs = reported(&app, "theirs").await;
    app.project = mine;
    for into in [one.as_str(), &theirs, &Uuid::new_v4().to_string()] {
        merge(&app, &one, into).await.expect(422);
    }
    ask(&app, &one, "merge", &json!({})).await.expect(422);
    let refused = ask(&app, &one, "unmerge", &json!({})).await.expect(409);
    assert_eq!(refused["allowed"], json!(["merge"]));
    app.stop().await;
}
