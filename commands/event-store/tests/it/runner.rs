use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bugsage_event_store::subscription::{
    Projection, Status, Step, Wake, prepare, run, status, step,
};
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use crate::tally::Tally;

const SEEN: &str = "select count(*) from projection_tally.seen";
const EVENTS: &str = "select count(*) from events";

/// A store with a projection, built while there were no events.
async fn prepared(tally: Tally) -> (Store, Arc<Tally>) {
    let store = Store::new().await;
    prepare(&store.projector, &tally).await.unwrap();
    (store, Arc::new(tally))
}

async fn one(store: &Store, tally: &Tally) -> Step {
    step(&store.projector, tally).await.unwrap()
}

async fn status_of(store: &Store, tally: &Tally) -> Status {
    let all = status(&store.projector).await.unwrap();
    all.into_iter()
        .find(|status| status.name == tally.name())
        .unwrap()
}

#[tokio::test]
async fn what_was_applied_before_a_crash_is_applied_once() {
    let (store, tally) = prepared(Tally::gated("tally")).await;
    store
        .append(&[
            store.event("a", 0),
            store.event("gate", 0),
            store.event("b", 0),
        ])
        .await;
    let crashing = {
        let (projector, tally) = (store.projector.clone(), tally.clone());
        tokio::spawn(async move { step(&projector, tally.as_ref()).await.map(|_| ()) })
    };
    // Two events are applied and not committed.
    tally.someone_waits().await;
    crashing.abort();
    assert!(crashing.await.unwrap_err().is_cancelled());
    assert_eq!(store.count(SEEN).await, 0);

    tally.open_the_gate();
    store
        .until(
            "select count(*) from pg_locks l join pg_class c on c.oid = l.relation
                  where c.relname = 'seen' and l.database = (select oid from pg_database where datname = current_database())",
            0,
        )
        .await;
    assert!(matches!(one(&store, &tally).await, Step::Applied(3)));
    assert_eq!(store.count(SEEN).await, 3);
    assert!(matches!(one(&store, &tally).await, Step::Idle));
}

#[tokio::test(flavor = "multi_thread")]
async fn runners_at_once_apply_each_event_once() {
    let (store, tally) = prepared(Tally::new("tally")).await;
    let runners: Vec<_> = (0..4)
        .map(|_| {
            let (projector, tally) = (store.projector.clone(), tally.clone());
            tokio::spawn(async move {
                let mut applied = 0;
                while applied < 2_000 {
                    match step(&projector, tally.as_ref()).await.unwrap() {
                        Step::Applied(_) => {}
                        Step::Idle => tokio::task::yield_now().await,
                        // An event applied twice breaks the key of `seen`.
                        Step::Stalled { reason, .. } => panic!("{reason}"),
                    }
                    applied = sqlx::query_scalar::<_, i64>(SEEN)
                        .fetch_one(&projector)
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for _ in 0..20 {
        store.append_many(100).await;
    }
    futures::future::try_join_all(runners).await.unwrap();
    assert_eq!(store.count(SEEN).await, 2_000);
}

#[tokio::test]
async fn a_runner_leaves_a_checkpoint_that_another_holds() {
    let (store, tally) = prepared(Tally::new("tally")).await;
    store.append_many(1).await;
    let mut other = store.projector.begin().await.unwrap();
    sqlx::query("select 1 from subscriptions where name = 'tally' for update")
        .execute(&mut *other)
        .await
        .unwrap();
    assert!(matches!(one(&store, &tally).await, Step::Idle));
    other.rollback().await.unwrap();
    assert!(matches!(one(&store, &tally).await, Step::Applied(1)));
}

#[tokio::test]
async fn a_failing_handler_stops_its_own_projection_until_it_is_cured() {
    let (store, tally) = prepared(Tally::new("tally")).await;
    let other = Tally::new("other");
    other.cured.store(true, Ordering::Relaxed);
    prepare(&store.projector, &other).await.unwrap();
    store
        .append(&[
            store.events("a", 0, 3),
            store.event("poison", 0),
            store.event("b", 0),
        ])
        .await;

    assert!(matches!(one(&store, &tally).await, Step::Applied(3)));
    let Step::Stalled { position, reason } = one(&store, &tally).await else {
        panic!("it goes on over the poison");
    };
    assert_eq!((position, reason.to_string().as_str()), (4, "it is poison"));
    assert!(matches!(one(&store, &other).await, Step::Applied(5)));

    let stalled = status_of(&store, &tally).await;
    assert_eq!((stalled.position, stalled.behind), (3, 2));
    assert_eq!(stalled.stalled_position, Some(4));
    assert_eq!(stalled.stalled_reason.as_deref(), Some("it is poison"));
    let since = stalled.stalled_since.unwrap();
    assert!(matches!(one(&store, &tally).await, Step::Stalled { .. }));
    let again = status_of(&store, &tally).await;
    assert_eq!(again.stalled_since, Some(since), "since the first failure");

    tally.cured.store(true, Ordering::Relaxed);
    assert!(matches!(one(&store, &tally).await, Step::Applied(2)));
    let cured = status_of(&store, &tally).await;
    assert_eq!((cured.position, cured.behind), (5, 0));
    assert_eq!(cured.stalled_position, None);
    assert_eq!(cured.stalled_reason, None);
}

#[tokio::test]
async fn a_handler_that_panics_stalls_like_one_that_fails() {
    let (store, tally) = prepared(Tally::new("tally")).await;
    store
        .append(&[store.event("a", 0), store.event("panic", 0)])
        .await;
    assert!(matches!(one(&store, &tally).await, Step::Applied(1)));
    assert!(matches!(
        one(&store, &tally).await,
        Step::Stalled { position: 2, .. }
    ));
    assert_eq!(status_of(&store, &tally).await.stalled_position, Some(2));
}

#[tokio::test]
async fn a_node_of_another_version_leaves_the_tables_alone() {
    let (store, tally) = prepared(Tally::new("tally")).await;
    let newer = Tally::new("tally");
    newer.version.store(2, Ordering::Relaxed);
    store.append_many(2).await;
    assert!(matches!(one(&store, &newer).await, Step::Idle));
    prepare(&store.projector, &newer).await.unwrap();
    assert_eq!(store.count(SEEN).await, store.count(EVENTS).await);
    store.append_many(1).await;
    assert!(matches!(one(&store, &tally).await, Step::Idle));
    assert!(matches!(one(&store, &newer).await, Step::Applied(1)));
}

/// Keeps the one gauge of the runner.
struct OneGauge(Arc<AtomicU64>);

impl metrics::Recorder for OneGauge {
    fn describe_counter(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }
    fn describe_gauge(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }
    fn describe_histogram(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn register_counter(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        metrics::Counter::noop()
    }

    fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        assert_eq!(key.name(), "bugsage_projection_stalled");
        metrics::Gauge::from_arc(self.0.clone())
    }

    fn register_histogram(
        &self,
        _: &metrics::Key,
        _: &metrics::Metadata<'_>,
    ) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

#[test]
fn the_metric_says_whether_the_projection_is_stalled() {
    let gauge = Arc::new(AtomicU64::new(0));
    let stalled = gauge.clone();
    // The recorder belongs to this thread, and so does the runtime.
    metrics::with_local_recorder(&OneGauge(gauge), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(stall_and_cure(&stalled));
    });
}

async fn stall_and_cure(stalled: &AtomicU64) {
    let (store, tally) = prepared(Tally::new("tally")).await;
    let stop = CancellationToken::new();
    let wake = Wake::listen(store.projector.clone(), stop.clone());
    let running = {
        let (projector, tally, stop) = (store.projector.clone(), tally.clone(), stop.clone());
        tokio::spawn(async move { run(projector, tally.as_ref(), wake, stop).await })
    };
    store.append(&[store.event("poison", 0)]).await;
    let stalls = "select count(*) from subscriptions where stalled_position is not null";
    store.until(stalls, 1).await;
    until_gauge(stalled, 1.0).await;
    tally.cured.store(true, Ordering::Relaxed);
    store.until(SEEN, 1).await;
    until_gauge(stalled, 0.0).await;
    stop.cancel();
    running.await.unwrap();
}

async fn until_gauge(gauge: &AtomicU64, wanted: f64) {
    let reached = async {
        while f64::from_bits(gauge.load(Ordering::Relaxed)).to_bits() != wanted.to_bits() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), reached)
        .await
        .unwrap();
}
