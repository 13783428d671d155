//! Whether requests are to be sent here, in each state.

use bugsage_test_database::TestDatabase;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, send, wait_until};
use crate::ingest::message;
use crate::proxy::Proxy;

async fn ready(app: &TestApp, status: u16) -> Value {
    let answer = send(app.request(Method::GET, "/health/ready")).await;
    answer.expect(status)
}

async fn run(app: &TestApp, statement: &str) {
    sqlx::query(statement).execute(&app.owner).await.unwrap();
}

async fn wait_for_status(app: &TestApp, status: &str) {
    wait_until(&format!("it is {status}"), async || {
        ready(app, 200).await["status"] == status
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_serves_is_alive_and_ready() {
    let app = TestApp::start().await;
    let live = send(app.request(Method::GET, "/health/live")).await;
    assert_eq!(live.expect(200), json!({"status": "alive"}));
    assert_eq!(
        ready(&app, 200).await,
        json!({"status": "ready", "database": "up", "schema": "current",
               "stalled_projections": [], "nats": "off"})
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_schema_is_not_ready() {
    let app = TestApp::start().await;
    run(
        &app,
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
    )
    .await;
    let found = ready(&app, 503).await;
    assert_eq!(
        (&found["status"], &found["database"], &found["schema"]),
        (&json!("unready"), &json!("up"), &json!("outdated"))
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_it_is_alive_and_not_ready_until_that_is_back() {
    let database = TestDatabase::create().await;
    let (mut way, url) = Proxy::to_database(&database.url()).await;
    let app = TestApp::start_on(database, &[("DATABASE_URL", &url)]).await;
    assert_eq!(ready(&app, 200).await["status"], "ready");

    way.cut().await;
    assert_eq!(
        ready(&app, 503).await,
        json!({"status": "unready", "database": "down", "schema": "unknown",
               "stalled_projections": [], "nats": "off"})
    );
    let live = send(app.request(Method::GET, "/health/live")).await;
    live.expect(200);

    way.mend().await;
    wait_until("it is ready again", async || {
        let answer = send(app.request(Method::GET, "/health/ready")).await;
        answer.status == 200 && answer.body["status"] == "ready"
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_projection_degrades_until_it_goes_on() {
    let app = TestApp::start().await;
    run(&app, "alter table projection_errors.errors rename to gone").await;
    app.send_event(&message("stalls it")).await;
    wait_for_status(&app, "degraded").await;
    let found = ready(&app, 200).await;
    assert_eq!(found["stalled_projections"], json!(["errors"]));

    run(&app, "alter table projection_errors.gone rename to errors").await;
    wait_for_status(&app, "ready").await;
    assert_eq!(app.errors().await[0]["title"], "stalls it");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_it_serves_degraded_and_recovers_by_itself() {
    #[expect(clippy::disallowed_methods, reason = "the server of the tests")]
    let url = std::env::var("BUGSAGE_TEST_NATS_URL").unwrap();
    let (login, server) = url.rsplit_once('@').unwrap();
    let mut way = Proxy::to(server).await;
    let url = format!("{login}@{}", way.address);
    way.cut().await;
    let app = TestApp::start_with(&[("BUGSAGE_NATS", "on"), ("NATS_URL", &url)]).await;
    assert_eq!(ready(&app, 200).await["nats"], "down", "it starts without");

    way.mend().await;
    wait_for_status(&app, "ready").await;

    way.cut().await;
    wait_for_status(&app, "degraded").await;
    assert_eq!(ready(&app, 200).await["nats"], "down");
    app.send_event(&message("without NATS")).await;
    assert_eq!(app.errors().await[0]["title"], "without NATS");

    way.mend().await;
    wait_for_status(&app, "ready").await;
    app.stop().await;
}
