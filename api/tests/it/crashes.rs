//! Commands that fail or are killed half way, and what the next one finds.

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use bugsage_test_database::TestDatabase;
use sqlx::{Executor, PgPool, Postgres, Transaction};

/// The longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

fn bugsage(database: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bugsage"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("BUGSAGE_NATS", "off")
        .envs([crate::program::SEAL_KEYS])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(database: &TestDatabase, arguments: &[&str]) -> Output {
    bugsage(database, arguments).output().expect("bugsage runs")
}

fn start(database: &TestDatabase, arguments: &[&str]) -> Child {
    bugsage(database, arguments).spawn().expect("bugsage runs")
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

/// What a command that must fail tells.
#[track_caller]
fn told(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn wait_until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, asked).await;
    assert!(in_time.is_ok(), "waited in vain until {what}");
}

/// Waits until a command stands still at a lock.
async fn stands_still(owner: &PgPool) {
    wait_until("the command stands at the lock", async || {
        sqlx::query_scalar(
            "select exists (select 1 from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock')",
        )
        .fetch_one(owner)
        .await
        .expect("the sessions")
    })
    .await;
}

fn kill(mut command: Child) {
    command.kill().expect("it runs");
    command.wait().expect("it ends");
}

/// A database with a projection that was built, and its owner.
async fn built() -> (TestDatabase, PgPool) {
    let database = TestDatabase::create().await;
    succeeds(&run(&database, &["projections", "rebuild", "errors"]));
    let owner = database.owner().await;
    (database, owner)
}

/// Keeps every rebuild from its swap.
async fn hold_checkpoint(owner: &PgPool) -> Transaction<'static, Postgres> {
    let mut transaction = owner.begin().await.expect("a transaction");
    transaction
        .execute("select 1 from subscriptions where name = 'errors' for update")
        .await
        .expect("the checkpoint");
    transaction
}

#[tokio::test]
async fn a_migration_that_fails_is_told_and_the_next_one_goes_on_where_it_failed() {
    let database = TestDatabase::create_empty().await;
    let owner = database.owner().await;
    owner
        .execute("create table occurrences ()")
        .await
        .expect("a table in the way");
    let failed = told(&run(&database, &["migrate"]));
    assert!(
        failed.contains("\"occurrences\" already exists"),
        "{failed}"
    );
    let unusable = told(&run(&database, &["serve"]));
    assert!(unusable.contains("run `bugsage migrate`"), "{unusable}");

    owner
        .execute("drop table occurrences")
        .await
        .expect("out of the way");
    succeeds(&run(&database, &["migrate"]));
    succeeds(&run(&database, &["projections", "list"]));
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
    stands_still(&owner).await;
    kill(migration);
    obstacle.rollback().await.expect("a rollback");

    succeeds(&run(&database, &["migrate"]));
    succeeds(&run(&database, &["projections", "list"]));
    owner.close().await;
}

#[tokio::test]
async fn a_rebuild_killed_half_way_leaves_the_live_tables_and_can_be_repeated() {
    let (database, owner) = built().await;
    let checkpoint = hold_checkpoint(&owner).await;
    let rebuild = start(&database, &["projections", "rebuild", "errors"]);
    stands_still(&owner).await;
    kill(rebuild);
    checkpoint.rollback().await.expect("a rollback");

    succeeds(&run(&database, &["projections", "verify", "errors"]));
    // Its session outlives it for a moment.
    wait_until("the next rebuild is let in", async || {
        let next = run(&database, &["projections", "rebuild", "errors"]);
        next.status.success()
    })
    .await;
    succeeds(&run(&database, &["projections", "verify", "errors"]));
    owner.close().await;
}

#[tokio::test]
async fn of_two_processes_that_rebuild_one_is_told_of_the_other() {
    let (database, owner) = built().await;
    let checkpoint = hold_checkpoint(&owner).await;
    let first = start(&database, &["projections", "rebuild", "errors"]);
    stands_still(&owner).await;
    let second = told(&run(&database, &["projections", "rebuild", "errors"]));
    assert!(second.contains("another process is rebuilding"), "{second}");

    checkpoint.rollback().await.expect("a rollback");
    succeeds(&first.wait_with_output().expect("it ends"));
    succeeds(&run(&database, &["projections", "verify", "errors"]));
    owner.close().await;
}
