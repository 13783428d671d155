//! What an error is like, joining and taking it back, from outside.

use serde_json::{Value, json};

use super::{ask, detail};
use crate::app::{TestApp, wait_until};

/// An occurrence of this message, raised in these functions; the id of its error.
async fn raised(app: &TestApp, value: &str, functions: &[&str]) -> String {
    let frames: Vec<_> = functions
        .iter()
        .rev()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    let event = json!({"platform": "python", "exception": {"values": [
        {"type": "KeyError", "value": value, "stacktrace": {"frames": frames}}]}});
    let occurrence = app.send_event(&event).await;
    let error = app.occurrence(&occurrence).await["error_id"].clone();
    error.as_str().unwrap().to_owned()
}

/// What an error is like, once it was looked at.
async fn similar(app: &TestApp, id: &str) -> Value {
    let path = format!("/api/v1/errors/{id}/similar");
    wait_until("the error is looked at", async || {
        app.get(&path).await.expect(200)["embedder"] == json!("frames-1")
    })
    .await;
    app.get_settled(&path).await.expect(200)["similar"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_errors_are_told_with_why() {
    let app = TestApp::start().await;
    let refund = raised(&app, "no refund", &["refund", "price", "total"]).await;
    similar(&app, &refund).await;
    let price = raised(&app, "no price", &["price", "total"]).await;
    let found = similar(&app, &price).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["error"]["id"], json!(refund));
    let score = found[0]["score"].as_f64().unwrap();
    assert!((0.3..0.82).contains(&score), "{score}");
    let shared = found[0]["shared"].as_array().unwrap();
    let frame = shared.iter().find(|one| one["kind"] == "frame").unwrap();
    assert_eq!(frame["value"], "shop.cart in price");
    assert!(shared.iter().any(|one| one["kind"] == "type"));
    assert_eq!(similar(&app, &refund).await[0]["error"]["id"], json!(price));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_error_joins_and_is_taken_out_again_for_good() {
    let app = TestApp::start().await;
    let functions = ["price", "total", "checkout"];
    let apple = raised(&app, "no price of 'apple'", &functions).await;
    similar(&app, &apple).await;
    let pear = raised(&app, "no price of 'pear'", &functions).await;
    wait_until("the error has joined", async || {
        detail(&app, &pear).await["merged_into"] == json!(apple)
    })
    .await;
    assert_eq!(detail(&app, &apple).await["count"], 2);
    let told = app
        .get_settled(&format!("/api/v1/errors/{pear}/activity"))
        .await
        .expect(200);
    let said = told[0].to_string();
    assert!(
        said.contains("which it is like by 9") && said.contains("shop.cart in price"),
        "{said}"
    );

    ask(&app, &pear, "unmerge", &json!({})).await.expect(200);
    assert_eq!(raised(&app, "no price of 'pear'", &functions).await, pear);
    assert_eq!(detail(&app, &pear).await["count"], 2);
    assert_eq!(detail(&app, &apple).await["count"], 1);
    assert_eq!(
        similar(&app, &pear).await[0]["error"]["id"],
        json!(apple),
        "offered still"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merged_away_is_found_under_the_one_that_goes_on() {
    let app = TestApp::start().await;
    let one = raised(&app, "no price", &["price", "total"]).await;
    let two = raised(&app, "no refund", &["refund", "total"]).await;
    let three = raised(&app, "no tax", &["tax", "refund", "total"]).await;
    for error in [&one, &two, &three] {
        similar(&app, error).await;
    }
    ask(&app, &two, "merge", &json!({"into": one}))
        .await
        .expect(200);
    let found = similar(&app, &three).await;
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["error"]["id"])
        .collect();
    assert_eq!(found, [&json!(one)], "once, and under the one that goes on");
    let found = similar(&app, &one).await;
    assert_eq!(
        found[0]["error"]["id"],
        json!(three),
        "by what was merged into it"
    );
    app.stop().await;
}
