//! What is told of analyses: the one that counts, all of them, two side by side.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Because, ErrorCommand};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::NewText;
use bugsage_projections::analyses::AnalysisDiff;
use serde_json::json;

use crate::world::{Seed, World, analyzed, day, text_id};

/// Asks for an analysis, which is answered with evidence at these things.
async fn analyze(world: &World, error: ErrorId, number: u32, because: Because, things: &[&str]) {
    let by = Actor::System;
    let request = ErrorCommand::RequestAnalysis {
        by,
        because,
        provider: None,
        prompt_version: None,
        at: day(2),
    };
    world.does(error, request).await;
    let evidence: Vec<_> = things
        .iter()
        .map(|thing| json!({"claim": "It shows.", "points_at": thing}))
        .collect();
    let answer = json!({
        "category": "timeout", "risk_level": "high", "confidence_score": 0.8, "evidence": evidence,
        "root_cause": {"whys": ["It waited.", "Nobody came."], "not_found_reason": null},
        "impact_assessment": "Carts.", "suggested_fixes": ["Come."], "estimated_effort": "hours",
        "related_errors": [], "prevention_suggestions": [],
    });
    let names = [format!("context {}", 1), format!("answer {number}")];
    let texts = [("a context", &names[0]), (&*answer.to_string(), &names[1])];
    let texts = texts.map(|(body, name)| NewText {
        id: text_id(name),
        body: body.to_owned(),
    });
    let result = analyzed(number, [&names[0], &names[1]]);
    let complete = ErrorCommand::CompleteAnalysis(Box::new(result));
    let texts = match number {
        1 => texts.to_vec(),
        _ => texts[1..].to_vec(),
    };
    world.does_with(error, complete, texts).await.unwrap();
}

#[tokio::test]
async fn the_last_one_counts_and_a_second_opinion_does_not() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    analyze(&world, error, 1, Because::New, &["frame:0.0"]).await;
    analyze(&world, error, 2, Because::Asked, &["frame:0.1"]).await;
    let opinion = Because::SecondOpinion { of: 2 };
    analyze(&world, error, 3, opinion, &["frame:0.1", "tag:a"]).await;
    world.catch_up().await;
    let current = world.queries.analysis(&world.scope, error, None).await;
    let current = current.unwrap().unwrap();
    assert_eq!(current.summary.number, 2);
    assert_eq!(
        current.answer.root_cause.as_deref(),
        Some("It waited. Nobody came.")
    );
    assert_eq!(current.summary.confidence_score, Some(0.8));
    let all = world.queries.analyses(&world.scope, error, 10).await;
    let all = all.unwrap().unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|one| (one.number, &*one.state, one.opinion_on))
        .collect();
    assert_eq!(
        told,
        [
            (3, "completed", Some(2)),
            (2, "completed", None),
            (1, "superseded", None)
        ]
    );
    let other = world.queries.analysis(&world.scope, error, Some(3)).await;
    let diff = AnalysisDiff::of(&current, &other.unwrap().unwrap());
    assert!(diff.same_context && diff.same_category);
    assert_eq!(diff.common_evidence, ["frame:0.1"]);
    assert_eq!(diff.one.own_evidence, []);
    assert_eq!(diff.other.own_evidence[0].points_at, "tag:a");
    let shown = world.shown(error).await.unwrap();
    assert_eq!(shown.ai_confidence, Some(80));
    assert_eq!(shown.ai_suggestions, Some(vec!["Come.".to_owned()]));
}

#[tokio::test]
async fn an_erased_answer_says_so_and_the_rest_stays() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    analyze(&world, error, 1, Because::New, &["frame:0.0"]).await;
    world.catch_up().await;
    sqlx::query("update texts set body = null, erased_at = now() where organization_id = $1")
        .bind(world.scope.organization.0)
        .execute(&world.owner)
        .await
        .unwrap();
    let one = world.queries.analysis(&world.scope, error, None).await;
    let one = one.unwrap().unwrap();
    assert!(one.answer_erased);
    assert_eq!(one.answer.root_cause, None);
    assert_eq!(one.summary.category.as_deref(), Some("timeout"));
    let context = one.context.unwrap();
    assert_eq!(
        world.queries.text(&world.scope, context).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn another_organization_sees_none() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    analyze(&world, error, 1, Because::New, &["frame:0.0"]).await;
    world.catch_up().await;
    let other = world.other_organization().await;
    let seen = other.queries.analysis(&other.scope, error, None).await;
    assert_eq!(seen.unwrap(), None);
    let seen = other.queries.analyses(&other.scope, error, 10).await;
    assert_eq!(seen.unwrap(), None);
    let text = text_id("answer 1");
    assert_eq!(other.queries.text(&other.scope, text).await.unwrap(), None);
}
