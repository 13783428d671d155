use std::time::Duration;

use bugsage_event_store::subscription::{Wake, prepare, run};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use crate::tally::Tally;

const SEEN: &str = "select count(*) from projection_tally.seen";
const LISTENING: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and query ilike 'listen %' and state = 'idle'";

/// The poll of a runner that nothing wakes.
const POLL: Duration = Duration::from_secs(2);

async fn running(store: &Store, stop: &CancellationToken) -> JoinHandle<()> {
    let tally = Tally::new("tally");
    prepare(&store.projector, &tally).await.unwrap();
    let wake = Wake::listen(store.projector.clone(), stop.clone());
    let (projector, stop) = (store.projector.clone(), stop.clone());
    tokio::spawn(async move { run(projector, &tally, wake, stop).await })
}

#[tokio::test]
async fn an_append_wakes_a_runner_long_before_its_poll() {
    let store = Store::new().await;
    let stop = CancellationToken::new();
    let runner = running(&store, &stop).await;
    store.until(LISTENING, 1).await;
    let begun = Instant::now();
    for count in 1..=5 {
        store.append_many(1).await;
        store.until(SEEN, count).await;
    }
    // Each would wait for a poll of its own.
    assert!(begun.elapsed() < POLL * 2, "took {:?}", begun.elapsed());
    stop.cancel();
    runner.await.unwrap();
}

#[tokio::test]
async fn an_event_that_nobody_told_of_is_found_by_the_poll() {
    let store = Store::new().await;
    let stop = CancellationToken::new();
    let runner = running(&store, &stop).await;
    store.until(LISTENING, 1).await;
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, position, organization_id)
         values ('thing', 'a', 1, 'Happened', '1.0', '{}', '{}', nextval('events_position'), $1)",
    )
    .bind(store.organization.0)
    .execute(&store.owner)
    .await
    .unwrap();
    store.until(SEEN, 1).await;
    stop.cancel();
    runner.await.unwrap();
}

#[tokio::test]
async fn a_lost_listener_comes_back() {
    let store = Store::new().await;
    let stop = CancellationToken::new();
    let runner = running(&store, &stop).await;
    store.until(LISTENING, 1).await;
    let killed = store
        .count(&LISTENING.replace("count(*)", "count(pg_terminate_backend(pid))"))
        .await;
    assert_eq!(killed, 1);
    store.append_many(1).await;
    store.until(SEEN, 1).await;
    store.until(LISTENING, 1).await;
    stop.cancel();
    runner.await.unwrap();
}
