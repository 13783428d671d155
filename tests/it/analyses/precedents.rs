//! Similar errors in what an analysis is made from.

use bugsage_models::scripted::{Asked, Scripted};
use serde_json::{Value, json};

use super::{answer, answering, asking, of, over};
use crate::app::TestApp;

/// An occurrence of this message, raised in these functions; the id of its error.
async fn raised(app: &TestApp, value: &str, functions: &[&str]) -> String {
    let frame = |name: &&str| {
        json!({"module": "shop.cart", "function": name, "filename": "shop/cart.py", "lineno": 7,
               "in_app": true})
    };
    let frames: Vec<_> = functions.iter().rev().map(frame).collect();
    let event = json!({"platform": "python", "exception": {"values": [
        {"type": "KeyError", "value": value, "stacktrace": {"frames": frames}}]}});
    let occurrence = app.send_event(&event).await;
    let error = app.occurrence(&occurrence).await["error_id"].clone();
    error.as_str().unwrap().to_owned()
}

/// The errors that a question names, each with what is shown of it.
fn shown(asked: &Asked) -> Vec<Value> {
    let lines = asked
        .user
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let is_error = |line: &Value| {
        line["thing"]
            .as_str()
            .is_some_and(|thing| thing.starts_with("error:"))
    };
    lines.filter(is_error).collect()
}

/// A model that takes every error it is shown for related, and one that nobody has seen.
async fn model() -> Scripted {
    let answer = |asked: &Asked| {
        let mut answer = answer();
        let ids = shown(asked)
            .into_iter()
            .map(|line| line["thing"].as_str().unwrap()[6..].to_owned());
        let ids: Vec<_> = ids.collect();
        let nobody = "01920000-0000-7000-8000-000000000000";
        answer["related_errors"] = ids.iter().map(String::as_str).chain([nobody]).collect();
        answer["evidence"] = json!([
            {"claim": "It has no price either.", "points_at": format!("error:{nobody}")},
            {"claim": "It was raised there.", "points_at": "frame:0.0"},
        ]);
        answer
    };
    answering(answer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_errors_are_told_with_their_causes_and_how_they_ended() {
    let server = model().await;
    let app = asking(&server, &[]).await;
    let refund = raised(&app, "no refund", &["refund", "price", "total"]).await;
    over(&app, &refund, 1).await;
    app.post(&of(&refund, "resolve"), &json!({"in_release": "shop@1.3"}))
        .await
        .expect(200);
    app.get_settled(&of(&refund, "activity")).await.expect(200);
    let price = raised(&app, "no price", &["price", "total"]).await;
    let made = over(&app, &price, 1).await;

    let asked = server.asked();
    let told = shown(&asked[1]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["thing"], format!("error:{refund}"));
    assert_eq!(told[0]["category"], "arithmetic");
    assert_eq!(told[0]["cause"], over(&app, &refund, 1).await["root_cause"]);
    assert!(told[0]["similar"].as_f64() > Some(0.3), "{told:?}");
    let ended = told[0]["what_came_of_it"][0].as_str().unwrap();
    assert!(ended.contains("resolved it in release shop@1.3"), "{ended}");

    assert_eq!(made["related_errors"], json!([refund]));
    assert_eq!(made["evidence"].as_array().unwrap().len(), 1);
    assert_eq!(
        made["analysis_metadata"]["dropped"], 2,
        "nobody's id, twice"
    );

    // A second opinion is on what was known then.
    app.post(&of(&refund, "reopen"), &json!({}))
        .await
        .expect(200);
    app.post(
        &of(&price, "analyses/1/reanalyze"),
        &json!({"provider": "rules"}),
    )
    .await
    .expect(202);
    let second = over(&app, &price, 2).await;
    assert_eq!(second["related_errors"], json!([refund]));
    let claim = second["evidence"].as_array().unwrap().iter();
    let mut claim = claim.filter(|one| one["points_at"] == format!("error:{refund}"));
    let claim = claim.next().unwrap()["claim"].as_str().unwrap();
    assert!(
        claim.contains("category arithmetic") && claim.contains("in release shop@1.3"),
        "{claim}"
    );
    app.stop().await;
}
