//! The database goes away and comes back.

use bugsage_event_store::{DatabaseRole, connect};
use bugsage_test_database::TestDatabase;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{TestApp, envelope, send, wait_until};
use crate::ingest::message;
use crate::proxy::Proxy;

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
        // The service alone is asked: connections of the test were ended too.
        list.status == 200 && list.body["total"] == 1 && list.body["errors"][0]["title"] == "after"
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_is_given_up_and_found_again() {
    let app = TestApp::start().await;
    let id = crate::errors::reported(&app, "before").await;
    let mut silence = app.owner.begin().await.unwrap();
    sqlx::query("lock table error_state, events in exclusive mode")
        .execute(&mut *silence)
        .await
        .unwrap();
    let body = crate::app::envelope(&[&message("x")]);
    let resolve = format!("/api/v1/errors/{id}/resolve");
    let nothing = json!({});
    let (occurrence, command) =
        tokio::join!(app.send_envelope(&body), app.post(&resolve, &nothing));
    for answer in [occurrence, command] {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.header("retry-after").is_some());
    }
    silence.rollback().await.unwrap();

    app.post(&resolve, &nothing).await.expect(200);
    app.send_envelope(&body).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_database_stores_nothing_and_is_recovered_from() {
    let app = TestApp::start().await;
    let id = crate::errors::reported(&app, "before").await;
    // What PostgreSQL raises then.
    let fill = "create function full_disk() returns trigger language plpgsql as $$
                begin raise exception 'No space left on device' using errcode = 'disk_full'; end $$;
                create trigger full_disk before insert on occurrence_ids execute function full_disk();
                create trigger full_disk before insert on events execute function full_disk()";
    sqlx::raw_sql(fill).execute(&app.owner).await.unwrap();
    let body = crate::app::envelope(&[&message("x")]);
    let resolve = format!("/api/v1/errors/{id}/resolve");
    for answer in [
        app.send_envelope(&body).await,
        app.post(&resolve, &json!({})).await,
    ] {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(app.errors().await.len(), 1);
    sqlx::raw_sql("drop function full_disk() cascade")
        .execute(&app.owner)
        .await
        .unwrap();

    app.post(&resolve, &json!({})).await.expect(200);
    app.send_envelope(&body).await.expect(200);
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_falls_silent_does_not_keep_its_locks() {
    let app = TestApp::start().await;
    for role in [DatabaseRole::App, DatabaseRole::Projector] {
        let pool = connect(&app.database_url(), role, 1).unwrap();
        let patience: String = sqlx::query_scalar("show idle_in_transaction_session_timeout")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(patience, "10s", "{role:?}");
        pool.close().await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_way_to_the_database_loses_nothing_that_was_answered() {
    let database = TestDatabase::create().await;
    let (mut way, url) = Proxy::to_database(&database.url()).await;
    let app = TestApp::start_on(database, &[("DATABASE_URL", &url)]).await;
    app.send_event(&message("before")).await; // the key is known from now on

    let (enough, mut counted) = watch::channel((0, 0));
    let stop = CancellationToken::new();
    let load = async {
        let (mut answered, mut refused) = (Vec::new(), 0);
        while !stop.is_cancelled() {
            let id = Uuid::new_v4();
            let event = json!({"event_id": id.simple().to_string(), "message": "under load"});
            let answer = app.send_envelope(&envelope(&[&event])).await;
            match answer.status.as_u16() {
                200 => answered.push(id),
                503 => {
                    assert!(answer.header("retry-after").is_some());
                    refused += 1;
                }
                _ => panic!("{answer:?}"),
            }
            enough.send_replace((answered.len(), refused));
        }
        (answered, refused)
    };
    let outage = async {
        counted
            .wait_for(|(answered, _)| *answered >= 20)
            .await
            .unwrap();
        way.cut().await;
        counted
            .wait_for(|(_, refused)| *refused >= 1)
            .await
            .unwrap();
        let before = counted.borrow().0;
        way.mend().await;
        counted
            .wait_for(|(answered, _)| *answered >= before + 20)
            .await
            .unwrap();
        stop.cancel();
    };
    let ((answered, refused), ()) = tokio::join!(load, outage);
    assert!(refused >= 1);
    let stored: Vec<Uuid> = sqlx::query_scalar("select event_id from occurrences")
        .fetch_all(&app.owner)
        .await
        .unwrap();
    let lost: Vec<_> = answered.iter().filter(|id| !stored.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {}", lost.len(), answered.len());
    wait_until("the list counts every one of them", async || {
        let list = app.get("/api/v1/errors").await;
        let errors = list.body["errors"].as_array().cloned().unwrap_or_default();
        let count: u64 = errors
            .iter()
            .filter_map(|error| error["count"].as_u64())
            .sum();
        count == stored.len() as u64
    })
    .await;
    app.stop().await;
}
