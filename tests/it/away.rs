//! The database goes away and comes back.

use bugsage_event_store::{DatabaseRole, connect};
use serde_json::json;
use sqlx::PgPool;

use crate::app::{TestApp, send, wait_until};
use crate::ingest::message;
use reqwest::Method;

/// Lets nobody into the database of the test any more, or everybody again.
async fn let_in(app: &TestApp, server: &PgPool, open: bool) {
    let url = app.database_url();
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
    sqlx::query(&format!("alter database {name} allow_connections {open}"))
        .execute(server)
        .await
        .unwrap();
    if !open {
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(name)
            .execute(server)
            .await
            .unwrap();
    }
}

fn server_of(app: &TestApp) -> PgPool {
    let url = app.database_url();
    let (server, _) = url.rsplit_once('/').unwrap();
    connect(&format!("{server}/postgres"), DatabaseRole::Owner, 1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_every_answer_says_when_to_come_back() {
    let app = TestApp::start().await;
    let server = server_of(&app);
    app.send_event(&message("before")).await; // the keys are known from now on
    app.errors().await;
    let_in(&app, &server, false).await;

    for answer in [
        app.get("/api/v1/errors").await,
        app.get("/api/v1/errors/statistics/summary").await,
        app.post("/api/v1/errors", &json!({"title": "x"})).await,
        app.send_envelope(&crate::app::envelope(&[&message("x")]))
            .await,
    ] {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.header("retry-after").is_some());
    }
    let health = send(app.request(Method::GET, "/health")).await.expect(503);
    assert_eq!(
        (&health["status"], &health["database"]),
        (&json!("unhealthy"), &json!("down"))
    );
    let_in(&app, &server, true).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_is_back_everything_goes_on() {
    let app = TestApp::start().await;
    let server = server_of(&app);
    let_in(&app, &server, false).await;
    app.send_envelope(&crate::app::envelope(&[&message("lost")]))
        .await
        .expect(503);
    let_in(&app, &server, true).await;

    wait_until("occurrences are taken again", async || {
        let body = crate::app::envelope(&[&message("after")]);
        app.send_envelope(&body).await.status == 200
    })
    .await;
    wait_until("projections follow again", async || {
        let list = app.get("/api/v1/errors").await;
        list.status == 200 && list.body["total"] == 1
    })
    .await;
    assert_eq!(app.errors().await[0]["title"], "after");
    app.stop().await;
}
