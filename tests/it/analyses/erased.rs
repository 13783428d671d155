//! What becomes of the texts of analyses: they go with their error, and in time.

use bugsage_commands::clock::Clock;
use bugsage_commands::upkeep;
use serde_json::{Value, json};

use super::{ON, exception, of, over};
use crate::app::TestApp;

const DAY: i64 = 24 * 60 * 60;

/// An error of its own that is analysed, and whose description and breadcrumb hold this.
async fn analysed(app: &TestApp, secret: &str) -> String {
    let mut event = exception();
    event["fingerprint"] = json!([secret]);
    event["breadcrumbs"] = json!([{"message": secret}]);
    app.send_event(&event).await;
    let errors = app.errors().await;
    let error = errors[0]["id"].as_str().unwrap().to_owned();
    over(app, &error, 1).await;
    let description = json!({"description": format!("about {secret}")});
    app.put(&format!("/api/v1/errors/{error}"), &description)
        .await
        .expect(200);
    error
}

/// How many of the texts that are kept hold this; and how many are erased in all.
async fn texts(app: &TestApp, secret: &str) -> (i64, i64) {
    sqlx::query_as(
        "select count(*) filter (where body like '%' || $1 || '%'),
                count(*) filter (where erased_at is not null and body is null) from texts",
    )
    .bind(secret)
    .fetch_one(&app.owner)
    .await
    .unwrap()
}

/// The upkeep of so many days later.
async fn days_later(app: &TestApp, days: i64) {
    let clock = Clock::default();
    clock.advance(days * DAY);
    upkeep::round(&app.owner, &clock).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_about_an_error_goes_with_it_and_with_no_other() {
    let app = TestApp::start_with(&[ON]).await;
    let one = analysed(&app, "ann's cart").await;
    let merged = analysed(&app, "bob's cart").await;
    analysed(&app, "cid's cart").await;
    let into = json!({"into": one});
    app.post(&of(&merged, "merge"), &into).await.expect(200);
    // The context and the description; what the rules answer quotes neither.
    assert_eq!(texts(&app, "ann's cart").await, (2, 0));
    assert_eq!(texts(&app, "bob's cart").await, (2, 0));
    app.delete(&format!("/api/v1/errors/{one}")).await;
    assert_eq!(texts(&app, "ann's cart").await, (0, 6));
    assert_eq!(
        texts(&app, "bob's cart").await,
        (0, 6),
        "it went with the other"
    );
    assert_eq!(texts(&app, "cid's cart").await, (2, 6));
    app.get_settled(&of(&one, "analysis")).await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_keeps_its_texts_as_long_as_its_project_keeps_occurrences() {
    let app = TestApp::start_with(&[ON]).await;
    let error = analysed(&app, "ann's cart").await;
    let first = over(&app, &error, 1).await;
    assert_eq!(
        (&first["answer_erased"], &first["context_erased"]),
        (&json!(false), &json!(false))
    );
    let days: i32 = sqlx::query_scalar("select max(retention_days) from projects")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    let days = i64::from(days);
    days_later(&app, days - 1).await;
    assert_eq!(over(&app, &error, 1).await, first);
    days_later(&app, days + 1).await;
    assert_eq!(
        texts(&app, "ann's cart").await,
        (1, 2),
        "the description stays"
    );
    let erased = app.get(&of(&error, "analysis")).await.expect(200);
    let cause = &erased["root_cause"];
    assert_eq!(
        (&erased["answer_erased"], &erased["context_erased"], cause),
        (&json!(true), &json!(true), &Value::Null)
    );
    assert_eq!(erased["category"], first["category"]);
    assert_eq!(erased["analysis_metadata"], first["analysis_metadata"]);
    let shown = app
        .get(&format!("/api/v1/errors/{error}"))
        .await
        .expect(200);
    assert_eq!(
        (&shown["ai_analysis"], &shown["ai_suggestions"]),
        (&Value::Null, &Value::Null)
    );
    app.post(&of(&error, "analyses/1/reanalyze"), &json!({}))
        .await
        .expect(202);
    assert_eq!(over(&app, &error, 2).await["failure"], "context_erased");
    let diff = app.get(&of(&error, "analyses/1/diff/2")).await.expect(200);
    assert_eq!(diff["one"]["root_cause"], Value::Null);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_second_opinion_was_made_from_is_as_old_as_the_first() {
    let app = TestApp::start_with(&[ON]).await;
    let error = analysed(&app, "ann's cart").await;
    sqlx::query("update projects set retention_days = 5")
        .execute(&app.owner)
        .await
        .unwrap();
    sqlx::query(
        "update events set recorded_at = recorded_at - interval '3 days' where event_type like 'ErrorAnalysis%'",
    )
    .execute(&app.owner)
    .await
    .unwrap();
    app.post(&of(&error, "analyses/1/reanalyze"), &json!({}))
        .await
        .expect(202);
    over(&app, &error, 2).await;
    days_later(&app, 3).await;
    let told = async |number| {
        let one = over(&app, &error, number).await;
        [one["answer_erased"] == true, one["context_erased"] == true]
    };
    assert_eq!(told(1).await, [true, true]);
    assert_eq!(told(2).await, [false, true]);
    days_later(&app, 6).await;
    assert_eq!(told(2).await, [true, true]);
    app.stop().await;
}
