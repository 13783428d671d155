//! Nodes that do a part of the work.

use crate::app::TestApp;
use crate::ingest::message;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_no_api_answers_about_itself_alone() {
    for role in ["worker", "projector"] {
        let app = TestApp::start_with(&[("BUGSAGE_ROLES", role)]).await;
        app.get("/health/ready").await.expect(200);
        app.get("/api/v1/errors").await.expect(404);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_takes_another_projects() {
    let api = TestApp::start_with(&[("BUGSAGE_ROLES", "api")]).await;
    api.send_event(&message("taken here")).await;
    let path = "/api/v1/errors";
    let shown = api.get(path).await.expect(200);
    assert_eq!(shown["errors"].as_array().map(Vec::len), Some(0));
    let other = api.another_node(0).await;
    assert_eq!(api.errors().await[0]["title"], "taken here");
    other.stop().await;
    api.stop().await;
}
