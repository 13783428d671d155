//! The same event sent twice.

use serde_json::json;
use uuid::Uuid;

use crate::app::{TestApp, envelope};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_twice_counts_once() {
    let app = TestApp::start().await;
    let event = json!({"event_id": Uuid::new_v4(), "message": "again"});
    let first = app.send_event(&event).await;
    assert_eq!(app.send_event(&event).await, first, "it is answered alike");
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_twice_in_an_envelope_counts_once() {
    let app = TestApp::start().await;
    let event = json!({"event_id": Uuid::new_v4(), "message": "again"});
    app.send_envelope(&envelope(&[&event, &event]))
        .await
        .expect(200);
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_sent_at_once_counts_once() {
    let app = TestApp::start().await;
    let event = json!({"event_id": Uuid::new_v4(), "message": "again"});
    futures::future::join_all((0..20).map(|_| app.send_event(&event))).await;
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_after_midnight_counts_once() {
    let app = TestApp::start().await;
    let event = json!({"event_id": Uuid::new_v4(), "message": "again"});
    app.send_event(&event).await;
    app.clock.advance(24 * 60 * 60);
    app.send_event(&event).await;
    assert_eq!(app.errors().await[0]["count"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projects_may_use_the_same_id() {
    let mut app = TestApp::start().await;
    let event = json!({"event_id": Uuid::new_v4(), "message": "mine"});
    app.send_event(&event).await;
    app.project = app.another_project().await;
    app.send_event(&event).await;
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}
