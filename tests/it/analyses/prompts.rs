//! Versions of the question.

use bugsage_domain::analysis::schema;
use serde_json::{Value, json};

use super::{asking, exception, model, of, only_error, over};
use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_opinion_may_be_asked_for_briefly_and_the_diff_says_so() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    let mut event = exception();
    let crumbs: Vec<_> = (0..50)
        .map(|n| json!({"message": format!("click {n}: {}", "and so on ".repeat(40))}))
        .collect();
    event["breadcrumbs"] = json!(crumbs);
    app.send_event(&event).await;
    let error = only_error(&app).await;
    let first = over(&app, &error, 1).await;
    let ask = async |body: Value| app.post(&of(&error, "analyses/1/reanalyze"), &body).await;
    assert_eq!(
        ask(json!({"prompt_version": "brief-1"})).await.expect(202)["number"],
        2
    );
    let second = over(&app, &error, 2).await;
    assert_eq!(second["analysis_metadata"]["prompt_version"], "brief-1");
    assert_eq!(over(&app, &error, 1).await, first, "the first is untouched");

    let diff = app.get(&of(&error, "analyses/1/diff/2")).await.expect(200);
    let version = |side: &str| diff[side]["analysis_metadata"]["prompt_version"].clone();
    assert_eq!(
        (version("one"), version("other")),
        (json!("analysis-2"), json!("brief-1"))
    );
    assert_eq!(diff["same_context"], true);

    let asked = server.asked();
    let [long, brief] = &asked[..] else {
        panic!("{} questions", asked.len());
    };
    assert_ne!(brief.system, long.system);
    assert!(
        brief.user.len() * 3 < long.user.len(),
        "{}",
        brief.user.len()
    );
    // What is nearest to the failure has room.
    for told in [
        "division by zero",
        "cart.total / len(cart.items)",
        "click 49",
    ] {
        assert!(brief.user.contains(told), "{told}: {}", brief.user);
    }
    assert!(!brief.user.contains("click 10:"), "{}", brief.user);
    // Two letters are a token at most, and about four in what people write.
    let letters = brief.system.len() + brief.user.len() + schema().to_string().len();
    assert!(letters / 4 + 1_000 < 4_096, "{letters}");
    let requested = "select payload #>> '{ErrorAnalysisRequested,prompt_version}' from events
                      where event_type = 'ErrorAnalysisRequested' order by position";
    let requested: Vec<Option<String>> = sqlx::query_scalar(requested)
        .fetch_all(&app.owner)
        .await
        .unwrap();
    assert_eq!(requested, [None, Some("brief-1".to_owned())]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_there_is_refused_with_those_that_are() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    over(&app, &error, 1).await;
    refused(
        &app,
        &error,
        json!({"prompt_version": "brief-0"}),
        "use analysis-2, brief-1",
    )
    .await;
    let both = json!({"provider": "rules", "prompt_version": "brief-1"});
    refused(&app, &error, both, "rules are asked no question").await;
    refused(
        &app,
        &error,
        json!({"prompt_version": ""}),
        "prompt_version",
    )
    .await;
    assert_eq!(
        app.get(&of(&error, "analyses"))
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    app.stop().await;
}

async fn refused(app: &TestApp, error: &str, body: Value, why: &str) {
    let told = app.post(&of(error, "analyses/1/reanalyze"), &body).await;
    let told = told.expect(422);
    assert!(told.to_string().contains(why), "{told}");
}
