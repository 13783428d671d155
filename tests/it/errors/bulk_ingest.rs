//! Reporting many errors.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

async fn ingest(app: &TestApp, errors: &Value) -> Answer {
    app.post("/api/v1/errors/bulk-ingest", &json!({"errors": errors}))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_report_has_its_answer_and_bad_ones_cost_no_good_ones() {
    let app = TestApp::start().await;
    let answer = ingest(
        &app,
        &json!([{"title": "a"}, {"title": ""}, 7, {"title": "b", "unheard_of": 1}, {"title": "c"}]),
    )
    .await;
    assert!(answer.position() > 0);
    let body = answer.expect(200);
    assert_eq!(
        (&body["accepted"], &body["rejected"]),
        (&json!(2), &json!(3))
    );
    let results = body["results"].as_array().unwrap();
    let statuses: Vec<_> = results
        .iter()
        .map(|r| r["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 422, 422, 422, 201]);
    let places: Vec<_> = results
        .iter()
        .map(|r| r["index"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [0, 1, 2, 3, 4]);
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn like_reports_of_a_request_make_one_error() {
    let app = TestApp::start().await;
    let body = ingest(&app, &json!(vec![json!({"title": "same"}); 10]))
        .await
        .expect(200);
    assert_eq!(body["accepted"], 10);
    let errors = app.errors().await;
    assert_eq!((errors.len(), &errors[0]["count"]), (1, &json!(10)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_reports_are_taken_and_one_more_is_not() {
    let app = TestApp::start().await;
    let reports = |n: usize| json!(vec![json!({"title": "many"}); n]);
    let body = ingest(&app, &reports(1_000)).await.expect(200);
    assert_eq!(body["accepted"], 1_000);
    for wrong in [0, 1_001] {
        ingest(&app, &reports(wrong)).await.expect(422);
    }
    assert_eq!(app.stored().await, 1_000);
    app.stop().await;
}
