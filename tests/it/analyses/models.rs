//! With a model.

use bugsage_models::scripted::Step;
use serde_json::json;

use super::{answer, asking, exception, model, of, only_error, over};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_explains_with_evidence_and_what_points_at_nothing_is_taken_out() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    let root_cause = "The average of an empty cart was asked for. Nobody checks for empty carts.";
    assert_eq!(made["root_cause"], root_cause);
    assert_eq!(made["confidence_score"], 0.86);
    for field in [
        "impact_assessment",
        "suggested_fixes",
        "risk_level",
        "estimated_effort",
        "category",
    ] {
        assert_eq!(made[field], answer()[field], "{field}");
    }
    let evidence: Vec<_> = made["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["points_at"])
        .collect();
    assert_eq!(evidence, ["line:shop/cart.py:41", "breadcrumb:0"]);
    let metadata = &made["analysis_metadata"];
    assert_eq!(metadata["dropped"], 1);
    assert_eq!(metadata["prompt_version"], "analysis-2");
    assert_eq!(
        (&metadata["provider"], &metadata["held_back"]),
        (&json!("openai"), &json!(null))
    );
    assert!(metadata["input_tokens"].as_i64() > Some(0), "{metadata}");
    assert!(metadata["cost_micros"].as_i64() > Some(0), "{metadata}");
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].user.contains("cart.total / len(cart.items)"));
    let shown = app
        .get_settled(&format!("/api/v1/errors/{error}"))
        .await
        .expect(200);
    assert_eq!(shown["ai_confidence"], 86);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_hold_is_asked_for_once_more_with_the_fault() {
    let mut wrong = answer();
    wrong["confidence_score"] = json!(7);
    let server = model([Step::Say(wrong.to_string())]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    assert_eq!(made["analysis_metadata"]["provider"], "openai");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    let told = asked[1].body.to_string();
    assert!(told.contains("`confidence_score` is 7"), "{told}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_model_answers_rules_do_and_it_is_said() {
    let server = model([Step::Quota]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    assert_eq!(made["analysis_metadata"]["provider"], "rules");
    assert_eq!(made["analysis_metadata"]["held_back"], "no_answer");
    assert_eq!(made["category"], "arithmetic");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_budget_no_model_is_asked_and_it_is_no_failure() {
    for (budget, told) in [
        ("BUGSAGE_MODELS_ERROR_BUDGET", "error_budget"),
        ("BUGSAGE_MODELS_MONTH_BUDGET", "month_budget"),
    ] {
        let server = model([]).await;
        let app = asking(&server, &[(budget, "10")]).await;
        app.send_event(&exception()).await;
        let error = only_error(&app).await;
        let made = over(&app, &error, 1).await;
        assert_eq!(made["state"], "completed");
        assert_eq!(made["analysis_metadata"]["held_back"], told);
        assert_eq!(made["analysis_metadata"]["provider"], "rules");
        assert_eq!(server.asked().len(), 0, "{told}");
        let held_back_at = &made["analysis_metadata"]["held_back_at"];
        assert!(held_back_at.is_string(), "{made}");
        let activity = app.get_settled(&of(&error, "activity")).await.expect(200);
        let kinds = activity.as_array().unwrap().iter();
        let kinds: Vec<_> = kinds.map(|one| one["kind"].as_str().unwrap()).collect();
        let held_back = kinds
            .iter()
            .position(|kind| *kind == "ErrorAnalysisHeldBack");
        let completed = kinds
            .iter()
            .position(|kind| *kind == "ErrorAnalysisCompleted");
        assert!(held_back > completed, "before rules answer: {kinds:?}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spent_counts_against_the_budget_of_the_error() {
    let server = model([]).await;
    // Enough for one, not for two.
    let app = asking(&server, &[("BUGSAGE_MODELS_ERROR_BUDGET", "60000")]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    over(&app, &error, 1).await;
    sqlx::query("update analysis_costs set micros = 59000")
        .execute(&app.owner)
        .await
        .unwrap();
    app.post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(202);
    let second = over(&app, &error, 2).await;
    assert_eq!(second["analysis_metadata"]["held_back"], "error_budget");
    assert_eq!(server.asked().len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_of_a_provider_is_told() {
    let server = model([Step::Unauthorized]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    assert_eq!(made["analysis_metadata"]["held_back"], "no_answer");
    let stored: Vec<String> = sqlx::query_scalar(
        "select payload::text from events union all select body from texts
         union all select concat(result, last_failure) from jobs",
    )
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert!(stored.len() > 5 && stored.iter().all(|text| !text.contains("sk-nobody")));
    app.stop().await;
}
