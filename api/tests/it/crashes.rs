//! Migrations that fail or are killed half way, and what the next one finds.

use std::process::{Child, Output, Stdio};
use std::time::Duration;

use bugsage_test_database::TestDatabase;
use sqlx::{Executor, PgPool};

use crate::program::{command, on, told};

/// The longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn start(database: &TestDatabase, arguments: &[&str]) -> Child {
    let url = database.url();
    command(
        arguments,
        &[("DATABASE_URL", &url), ("BUGSAGE_NATS", "off")],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("bugsage runs")
}

#[track_caller]
pub(crate) fn succeeds(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

pub(crate) async fn wait_until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, asked).await;
    assert!(in_time.is_ok(), "waited in vain until {what}");
}

/// Waits until so many sessions stand still at a lock.
pub(crate) async fn stand_still(owner: &PgPool, sessions: i64) {
    wait_until("they stand at the lock", async || {
        let standing = "select count(*) from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'
                          and backend_type = 'client backend'";
        count(owner, standing).await == sessions
    })
    .await;
}

pub(crate) async fn count(owner: &PgPool, query: &str) -> i64 {
    sqlx::query_scalar(query)
        .fetch_one(owner)
        .await
        .expect("a count")
}

pub(crate) fn kill(mut command: Child) {
    command.kill().expect("it runs");
    command.wait().expect("it ends");
}

#[tokio::test]
async fn a_migration_that_fails_is_told_and_the_next_one_goes_on_where_it_failed() {
    let database = TestDatabase::create_empty().await;
    let owner = database.owner().await;
    owner
        .execute("create table occurrences ()")
        .await
        .expect("a table in the way");
    let failed = told(&on(&database, &["migrate"]));
    assert!(
        failed.contains("\"occurrences\" already exists"),
        "{failed}"
    );
    let unusable = told(&on(&database, &["serve"]));
    assert!(unusable.contains("run `bugsage migrate`"), "{unusable}");

    owner
        .execute("drop table occurrences")
        .await
        .expect("out of the way");
    succeeds(&on(&database, &["migrate"]));
    succeeds(&on(&database, &["projections", "list"]));
    owner.close().await;
}

#[tokio::test]
async fn a_migration_killed_half_way_leaves_nothing_of_itself() {
    let database = TestDatabase::create_empty().await;
    let owner = database.owner().await;
    let mut obstacle = owner.begin().await.expect("a transaction");
    obstacle
        .execute("create table occurrences ()")
        .await
        .expect("a table in the way");
    let migration = start(&database, &["migrate"]);
    stand_still(&owner, 1).await;
    kill(migration);
    obstacle.rollback().await.expect("a rollback");

    succeeds(&on(&database, &["migrate"]));
    succeeds(&on(&database, &["projections", "list"]));
    owner.close().await;
}
