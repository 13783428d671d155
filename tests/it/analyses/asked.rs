//! Asking for an analysis.

use bugsage_models::scripted::Step;
use reqwest::Method;
use serde_json::json;

use super::{asking, exception, model, of, only_error, over};
use crate::app::{TestApp, send};

#[tokio::test(flavor = "multi_thread")]
async fn one_is_under_way_at_a_time_and_a_repeated_request_asks_once() {
    let server = model([Step::Held]).await;
    let app = asking(&server, &[("BUGSAGE_ANALYZE", "off")]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let ask = async || {
        let request = app.signed(Method::POST, &of(&error, "analyze"));
        send(request.header("idempotency-key", "once").json(&json!({}))).await
    };
    let first = ask().await.expect(202);
    server.has_under_way(1).await;
    assert_eq!(ask().await.expect(202), first, "the same job");
    let refused = app
        .post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(409);
    assert!(
        refused["detail"].as_str().unwrap().contains("analysis 1"),
        "{refused}"
    );
    let shown = app
        .get_settled(&format!("/api/v1/errors/{error}"))
        .await
        .expect(200);
    assert_eq!(shown["status"], "analyzing");
    let current = app.get_settled(&of(&error, "analysis")).await.expect(200);
    assert_eq!(
        (&current["state"], &current["root_cause"]),
        (&json!("running"), &json!(null))
    );
    let job: String = sqlx::query_scalar("select job_id::text from jobs where kind = 'analysis'")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert_eq!(first["job_id"], job.as_str());
    server.release(1);
    let made = over(&app, &error, 1).await;
    assert_eq!(made["analysis_metadata"]["provider"], "openai");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_occurrence_it_fails_and_says_so() {
    let app = TestApp::start().await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    sqlx::query("delete from occurrences")
        .execute(&app.owner)
        .await
        .unwrap();
    app.post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(202);
    let failed = over(&app, &error, 1).await;
    assert_eq!(failed["state"], "failed");
    assert_eq!(failed["failure"], "no_occurrence");
    let shown = app
        .get_settled(&format!("/api/v1/errors/{error}"))
        .await
        .expect(200);
    assert_eq!(shown["status"], "detected");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_resolved_nobody_looks_for_the_cause() {
    let app = TestApp::start().await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    app.post(&of(&error, "resolve"), &json!({}))
        .await
        .expect(200);
    app.post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(409);
    app.post(&of(&error, "analyses/1/reanalyze"), &json!({}))
        .await
        .expect(404);
    app.get(&of(&error, "analyses/1/diff/2")).await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_opinion_is_on_the_same_and_leaves_the_first_as_it_is() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let first = over(&app, &error, 1).await;
    let ask = async |provider: &str| {
        let body = json!({"provider": provider});
        app.post(&of(&error, "analyses/1/reanalyze"), &body).await
    };
    let told = ask("nobody").await.expect(422);
    assert!(
        told["detail"].as_str().unwrap().contains("openai, rules"),
        "{told}"
    );
    // What happens meanwhile is no part of it.
    let mut later = exception();
    later["release"] = json!("shop@2.0.0");
    app.send_event(&later).await;
    assert_eq!(ask("rules").await.expect(202)["number"], 2);
    let second = over(&app, &error, 2).await;
    assert_eq!(second["analysis_metadata"]["provider"], "rules");
    assert_eq!(second["opinion_on"], 1);
    assert_eq!(over(&app, &error, 1).await, first, "the first is untouched");
    assert_eq!(app.get(&of(&error, "analysis")).await.expect(200), first);
    let diff = app.get(&of(&error, "analyses/1/diff/2")).await.expect(200);
    assert_eq!(diff["same_context"], true);
    assert_eq!(diff["same_category"], true);
    assert_eq!(diff["one"]["analysis_metadata"], first["analysis_metadata"]);
    assert_eq!(
        diff["other"]["confidence_score"],
        second["confidence_score"]
    );
    let own = diff["one"]["own_evidence"].to_string();
    assert!(own.contains("breadcrumb:0"), "{diff}");
    app.stop().await;
}
