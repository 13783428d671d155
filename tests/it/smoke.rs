//! The way of one occurrence, from an SDK's envelope to the list of errors.

use serde_json::json;

use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_is_stored_grouped_and_queryable() {
    let app = TestApp::start().await;
    let event = json!({"exception": {"values": [{"type": "ValueError", "value": "no 17"}]}});
    let first = app.send_event(&event).await;
    let second = app.send_event(&event).await;
    assert_ne!(first, second);
    let errors = app.errors().await;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["title"], "ValueError: no <int>");
    assert_eq!(errors[0]["count"], 2);
    assert_eq!(app.occurrence(&second).await["error_id"], errors[0]["id"]);
    app.stop().await;
}
