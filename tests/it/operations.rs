//! What operators see of jobs and do to them.

use bugsage_sagas::job_id;
use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

/// A job of this organization, as a worker would have left it.
async fn job(app: &TestApp, position: i64, state: &str) -> Uuid {
    let id = job_id("it", position, 0);
    sqlx::query(
        "insert into jobs (job_id, organization_id, kind, priority, saga, position, step, correlation_id,
                           payload, state, tries, last_failure)
         values ($1, $2, 'it', 0, 'it', $3, 0, '', '{}', $4, 3, 'it is away')",
    )
    .bind(id)
    .bind(app.project.organization)
    .bind(position)
    .bind(state)
    .execute(&app.owner)
    .await
    .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_newest_first_by_state_and_page() {
    let app = TestApp::start().await;
    for position in 1..=3 {
        job(&app, position, "dead").await;
    }
    job(&app, 4, "done").await;
    let all = app.get("/api/v1/operations/jobs").await.expect(200);
    assert_eq!(all["items"][0]["state"], "done");
    let first = app
        .get("/api/v1/operations/jobs?state=dead&limit=2")
        .await
        .expect(200);
    let positions = |page: &serde_json::Value| -> Vec<i64> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|job| job["position"].as_i64().unwrap()).collect()
    };
    assert_eq!(positions(&first), [3, 2]);
    assert_eq!(first["items"][0]["last_failure"], "it is away");
    assert_eq!(first["items"][0]["priority"], "critical");
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/operations/jobs?state=dead&limit=2&cursor={cursor}");
    assert_eq!(positions(&app.get(&path).await.expect(200)), [1]);
    let path = "/api/v1/operations/jobs?kind=another";
    assert_eq!(positions(&app.get(path).await.expect(200)), [0; 0]);
    for wrong in ["state=lost", "limit=0", "cursor=x"] {
        let answer = app.get(&format!("/api/v1/operations/jobs?{wrong}")).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{wrong}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_jobs_are_retried_and_dropped_with_a_record() {
    let app = TestApp::start().await;
    let (again, gone) = (job(&app, 1, "dead").await, job(&app, 2, "dead").await);
    let path = format!("/api/v1/operations/jobs/{again}/retry");
    app.post(&path, &json!({})).await.expect(204);
    let told = app.post(&path, &json!({})).await.expect(409);
    assert_eq!(
        told["detail"],
        "the job is waiting: only a dead job can be retried"
    );
    let path = format!("/api/v1/operations/jobs/{gone}");
    app.delete(&path).await.expect(204);
    app.delete(&path).await.expect(404);
    let running = job(&app, 3, "running").await;
    let path = format!("/api/v1/operations/jobs/{running}");
    app.delete(&path).await.expect(409);
    let left: Vec<(Uuid, String, i32)> =
        sqlx::query_as("select job_id, state, tries from jobs order by number")
            .fetch_all(&app.owner)
            .await
            .unwrap();
    assert_eq!(
        left,
        [
            (again, "waiting".to_owned(), 0),
            (running, "running".to_owned(), 3)
        ]
    );
    let log = app
        .get(&format!("/api/v1/audit?subject=job:{gone}"))
        .await
        .expect(200);
    assert_eq!(log["items"][0]["action"], "job.dropped");
    assert_eq!(log["items"][0]["before"]["last_failure"], "it is away");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_how_many_jobs_there_are() {
    let app = TestApp::start().await;
    job(&app, 1, "dead").await;
    let name = "bugsage_jobs{kind=\"it\",state=\"dead\"}";
    crate::app::wait_until("it is counted", async || app.metric(name).await == 1).await;
    app.stop().await;
}
