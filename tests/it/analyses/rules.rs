//! Without any model.

use serde_json::json;

use super::{ON, exception, of, only_error, over};
use crate::app::TestApp;

async fn an_exception_is_explained(settings: &[(&str, &str)]) {
    let app = TestApp::start_with(&[&[ON][..], settings].concat()).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let first = over(&app, &error, 1).await;
    assert_eq!(first["state"], "completed", "{first}");
    assert_eq!(first["because"], "new");
    assert_eq!(first["requested_by"], "saga:analysis");
    assert_eq!(first["category"], "arithmetic");
    assert_eq!(first["analysis_metadata"]["provider"], "rules");
    assert_eq!(first["analysis_metadata"]["dropped"], 0);
    assert_eq!(first["analysis_metadata"]["cost_micros"], 0);
    let confidence = first["confidence_score"].as_f64().unwrap();
    assert!(confidence > 0.0 && confidence <= 0.4, "{confidence}");
    let claims = first["evidence"].as_array().unwrap();
    assert!(!claims.is_empty() && !first["suggested_fixes"].as_array().unwrap().is_empty());
    let current = app.get(&of(&error, "analysis")).await.expect(200);
    assert_eq!(current, first);
    let shown = app
        .get_settled(&format!("/api/v1/errors/{error}"))
        .await
        .expect(200);
    assert_eq!(shown["status"], "detected", "it is moved back");
    assert_eq!(shown["ai_analysis"], first["root_cause"]);
    assert_eq!(
        shown["ai_confidence"].as_f64(),
        Some((confidence * 100.0).round())
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_exception_is_explained_without_nats() {
    an_exception_is_explained(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "where the tests' servers are")]
async fn a_new_exception_is_explained_with_nats() {
    let url = std::env::var("BUGSAGE_TEST_NATS_URL").unwrap();
    an_exception_is_explained(&[("BUGSAGE_NATS", "on"), ("NATS_URL", &url)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_explained_anew_and_the_first_one_is_superseded() {
    let app = TestApp::start_with(&[ON]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    over(&app, &error, 1).await;
    app.post(&of(&error, "resolve"), &json!({}))
        .await
        .expect(200);
    app.send_event(&exception()).await;
    let second = over(&app, &error, 2).await;
    assert_eq!(
        (&second["state"], &second["because"]),
        (&json!("completed"), &json!("regressed"))
    );
    let all = app.get_settled(&of(&error, "analyses")).await.expect(200);
    assert_eq!(all[1]["state"], "superseded");
    assert_eq!(all[1]["superseded_by"], 2);
    let activity = app.get_settled(&of(&error, "activity")).await.expect(200);
    let told = activity.to_string();
    assert!(
        told.contains("asked for analysis 2, for it came back"),
        "{told}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_does_not_want_waits_to_be_asked_for() {
    let app = TestApp::start_with(&[ON, ("BUGSAGE_ANALYZE_FROM", "critical")]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    app.get(&of(&error, "analysis")).await.expect(404);
    let asked = app.post(&of(&error, "analyze"), &json!({})).await;
    assert_eq!(asked.expect(202)["number"], 1);
    assert_eq!(over(&app, &error, 1).await["because"], "asked");
    let mut fatal = exception();
    fatal["level"] = json!("fatal");
    fatal["fingerprint"] = json!(["another"]);
    app.send_event(&fatal).await;
    let errors = app.errors().await;
    let other = errors
        .iter()
        .find(|one| one["id"] != error.as_str())
        .unwrap();
    let other = over(&app, other["id"].as_str().unwrap(), 1).await;
    assert_eq!(other["because"], "new");
    app.stop().await;
}
