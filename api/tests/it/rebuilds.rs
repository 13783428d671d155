//! Rebuilds that are killed or meet another, on a log of some thousand events.

use std::process::{Child, Output};

use bugsage_test_database::TestDatabase;
use sqlx::{Executor, PgPool, Postgres, Transaction};

use crate::crashes::{count, kill, stand_still, start, succeeds, wait_until};
use crate::program::{on, told};

/// Events in the log: a rebuild applies them in two turns.
const EVENTS: i64 = 7_000;
const REBUILD: &[&str] = &["projections", "rebuild", "errors"];
/// The rows that readers read.
const LIVE: &str = "select count(*) from projection_errors.errors";
/// Those that a rebuild has written.
const NEXT: &str = "select count(*) from projection_errors_next.errors";

/// A database whose log holds an event of each of so many errors, with a projection of it, and its owner.
async fn built() -> (TestDatabase, PgPool) {
    let database = TestDatabase::create().await;
    let owner = database.owner().await;
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, position, organization_id)
         select 'error', e.id::text, 1, 'ErrorDetected', '2.0', jsonb_build_object('ErrorDetected', jsonb_build_object(
                'organization_id', o.id, 'project_id', 1, 'error_id', e.id, 'title', 'Boom ' || i,
                'severity', 'high', 'source', 'sentry', 'tags', jsonb_build_array('payments'),
                'grouping_version', 1, 'fingerprint', to_hex(i), 'at', '2026-01-01T00:00:00Z')),
                '{}', nextval('events_position'), o.id
           from generate_series(1, $1) i,
                lateral (select lpad(to_hex(i), 32, '0')::uuid as id) e,
                (select gen_random_uuid() as id) o",
    )
    .bind(EVENTS)
    .execute(&owner)
    .await
    .expect("the log");
    read_all(&on(&database, REBUILD));
    assert_eq!(count(&owner, LIVE).await, EVENTS);
    (database, owner)
}

/// A rebuild that stands still half way, and what keeps it from the second turn of events: whose turn it
/// is at the log goes by who asked first.
async fn half_way(
    database: &TestDatabase,
    owner: &PgPool,
) -> (Child, Transaction<'static, Postgres>) {
    let first = hold_log(owner).await;
    let rebuild = start(database, REBUILD);
    stand_still(owner, 1).await;
    let second = tokio::spawn({
        let owner = owner.clone();
        async move { hold_log(&owner).await }
    });
    stand_still(owner, 2).await;
    first.rollback().await.expect("a rollback");
    let second = second.await.expect("the log");
    stand_still(owner, 1).await;
    let filled = count(owner, NEXT).await;
    assert!((1..EVENTS).contains(&filled), "{filled} rows");
    (rebuild, second)
}

/// A rebuild that stands still before its swap, and what keeps it from that.
async fn before_its_swap(
    database: &TestDatabase,
    owner: &PgPool,
) -> (Child, Transaction<'static, Postgres>) {
    let mut checkpoint = owner.begin().await.expect("a transaction");
    checkpoint
        .execute("select 1 from subscriptions where name = 'errors' for update")
        .await
        .expect("the checkpoint");
    let rebuild = start(database, REBUILD);
    stand_still(owner, 1).await;
    assert_eq!(count(owner, NEXT).await, EVENTS);
    (rebuild, checkpoint)
}

/// Keeps everybody from the log.
async fn hold_log(owner: &PgPool) -> Transaction<'static, Postgres> {
    let mut transaction = owner.begin().await.expect("a transaction");
    transaction
        .execute("lock table events in access exclusive mode")
        .await
        .expect("the log");
    transaction
}

/// A rebuild came to its end, and to that of the log.
#[track_caller]
fn read_all(rebuild: &Output) {
    succeeds(rebuild);
    let told = String::from_utf8_lossy(&rebuild.stdout);
    let wanted = format!("errors: {EVENTS} domain events");
    assert!(told.contains(&wanted), "{told}");
}

/// Every row is compared, and there are as many as events.
async fn holds(database: &TestDatabase, owner: &PgPool) {
    succeeds(&on(database, &["projections", "verify", "errors"]));
    assert_eq!(count(owner, LIVE).await, EVENTS);
}

/// Kills a rebuild and lets go of what it stands at: the live tables are as before, and the next one fills
/// them.
async fn is_repeated_once_killed(
    database: &TestDatabase,
    owner: &PgPool,
    (rebuild, held): (Child, Transaction<'static, Postgres>),
) {
    kill(rebuild);
    held.rollback().await.expect("a rollback");
    holds(database, owner).await;
    // Its session outlives it for a moment.
    wait_until("the next rebuild is let in", async || {
        let next = on(database, REBUILD);
        if next.status.success() {
            read_all(&next);
        }
        next.status.success()
    })
    .await;
    holds(database, owner).await;
}

#[tokio::test]
async fn a_rebuild_killed_half_way_leaves_the_live_tables_and_can_be_repeated() {
    let (database, owner) = built().await;
    let rebuild = half_way(&database, &owner).await;
    is_repeated_once_killed(&database, &owner, rebuild).await;
    owner.close().await;
}

#[tokio::test]
async fn a_rebuild_killed_before_its_swap_leaves_the_live_tables_and_can_be_repeated() {
    let (database, owner) = built().await;
    let rebuild = before_its_swap(&database, &owner).await;
    is_repeated_once_killed(&database, &owner, rebuild).await;
    owner.close().await;
}

#[tokio::test]
async fn of_two_processes_that_rebuild_one_is_told_of_the_other() {
    let (database, owner) = built().await;
    let (first, log) = half_way(&database, &owner).await;
    let second = told(&on(&database, REBUILD));
    assert!(second.contains("another process is rebuilding"), "{second}");

    log.rollback().await.expect("a rollback");
    read_all(&first.wait_with_output().expect("it ends"));
    holds(&database, &owner).await;
    owner.close().await;
}
