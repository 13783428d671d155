use std::sync::Arc;
use std::sync::atomic::Ordering;

use bugsage_event_store::subscription::{RebuildError, Rebuilt, Step, prepare, rebuild, step};
use bugsage_event_store::tenant;
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use crate::tally::Tally;

const SEEN: &str = "select count(*) from projection_tally.seen";
const REBUILDING: &str =
    "select count(*) from pg_locks where locktype = 'advisory' and classid = 7203
    and database = (select oid from pg_database where datname = current_database())";

/// A store with so many events and a projection that has applied them.
async fn built(events: usize) -> (Store, Tally) {
    let store = Store::new().await;
    store.append_many(events).await;
    let tally = Tally::new("tally");
    prepare(&store.projector, &tally).await.unwrap();
    (store, tally)
}

/// A rebuild in the background, once it stands at the gate.
async fn rebuilding(
    store: &Store,
) -> (
    Arc<Tally>,
    tokio::task::JoinHandle<Result<Rebuilt, RebuildError>>,
) {
    let tally = Arc::new(Tally::gated("tally"));
    let task = {
        let (projector, tally) = (store.projector.clone(), tally.clone());
        tokio::spawn(async move { rebuild(&projector, tally.as_ref()).await })
    };
    tally.someone_waits().await;
    (tally, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_read_all_the_while() {
    let (store, tally) = built(40).await;
    let stop = CancellationToken::new();
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (app, organization, stop) = (store.app.clone(), store.organization, stop.clone());
            tokio::spawn(async move {
                let mut reads = 0;
                while !stop.is_cancelled() {
                    let mut transaction = tenant(&app, organization).await.unwrap();
                    let rows: i64 = sqlx::query_scalar(SEEN)
                        .fetch_one(&mut *transaction)
                        .await
                        .unwrap();
                    transaction.rollback().await.unwrap();
                    assert_eq!(rows, 40);
                    reads += 1;
                }
                reads
            })
        })
        .collect();
    for _ in 0..8 {
        rebuild(&store.projector, &tally).await.unwrap();
    }
    stop.cancel();
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn events_appended_during_a_rebuild_are_in_it() {
    let (store, live) = built(3).await;
    store.append(&[store.event("gate", 0)]).await;
    let (tally, rebuilding) = rebuilding(&store).await;
    store.append_many(2).await;
    // The live tables go on meanwhile: the gate is open for them.
    assert!(matches!(
        step(&store.projector, &live).await.unwrap(),
        Step::Applied(3)
    ));
    tally.open_the_gate();
    let rebuilt = rebuilding.await.unwrap().unwrap();
    assert_eq!((rebuilt.events, rebuilt.position), (6, 6));
    assert_eq!(store.count(SEEN).await, 6);
    assert!(matches!(
        step(&store.projector, &live).await.unwrap(),
        Step::Idle
    ));
}

#[tokio::test]
async fn a_rebuild_killed_half_way_leaves_the_live_tables_and_can_be_repeated() {
    let (store, live) = built(3).await;
    store.append(&[store.event("gate", 0)]).await;
    let (_tally, rebuilding) = rebuilding(&store).await;
    rebuilding.abort();
    assert!(rebuilding.await.unwrap_err().is_cancelled());
    assert_eq!(store.count(SEEN).await, 3);
    store.until(REBUILDING, 0).await;
    assert_eq!(rebuild(&store.projector, &live).await.unwrap().events, 4);
    assert_eq!(store.count(SEEN).await, 4);
}

#[tokio::test]
async fn one_node_rebuilds_while_the_other_is_told_so() {
    let (store, other) = built(1).await;
    store.append(&[store.event("gate", 0)]).await;
    let (tally, rebuilding) = rebuilding(&store).await;
    let second = rebuild(&store.projector, &other).await;
    assert!(matches!(second, Err(RebuildError::Busy)));
    tally.open_the_gate();
    rebuilding.await.unwrap().unwrap();
    assert_eq!(store.count(SEEN).await, 2);
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_the_live_tables() {
    let (store, tally) = built(2).await;
    store.append(&[store.event("poison", 0)]).await;
    let failed = rebuild(&store.projector, &tally).await;
    assert!(matches!(
        failed,
        Err(RebuildError::Handler { position: 3, .. })
    ));
    assert_eq!(store.count(SEEN).await, 2);
}

#[tokio::test]
async fn another_version_is_built_at_the_start_and_the_same_is_not() {
    let (store, tally) = built(2).await;
    let oid = "select oid::bigint from pg_namespace where nspname = 'projection_tally'";
    let before = store.count(oid).await;
    prepare(&store.projector, &tally).await.unwrap();
    assert_eq!(store.count(oid).await, before);
    tally.version.store(2, Ordering::Relaxed);
    prepare(&store.projector, &tally).await.unwrap();
    assert_ne!(store.count(oid).await, before);
    let version = "select version::bigint from subscriptions where name = 'tally'";
    assert_eq!(store.count(version).await, 2);
}

#[tokio::test]
async fn a_projection_shows_each_organization_its_own_rows() {
    let (store, _) = built(2).await;
    let stranger = bugsage_domain::ids::OrganizationId(uuid::Uuid::new_v4());
    for (organization, wanted) in [(store.organization, 2), (stranger, 0)] {
        let mut transaction = tenant(&store.app, organization).await.unwrap();
        let rows: i64 = sqlx::query_scalar(SEEN)
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        assert_eq!(rows, wanted);
    }
    let written = sqlx::query("delete from projection_tally.seen")
        .execute(&store.app)
        .await;
    assert!(written.is_err());
}
