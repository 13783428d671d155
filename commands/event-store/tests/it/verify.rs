use bugsage_event_store::subscription::{prepare, step, verify};

use crate::store::Store;
use crate::tally::Tally;

async fn built() -> (Store, Tally) {
    let store = Store::new().await;
    let tally = Tally::new("tally");
    prepare(&store.projector, &tally).await.unwrap();
    store.append(&[store.events("a", 0, 3)]).await;
    step(&store.projector, &tally).await.unwrap();
    (store, tally)
}

async fn tamper(store: &Store, sql: &str) {
    let rows = sqlx::query(sql).execute(&store.owner).await.unwrap();
    assert_eq!(rows.rows_affected(), 1);
}

#[tokio::test]
async fn tables_that_are_what_the_log_says_hold() {
    let (store, tally) = built().await;
    // Behind is not wrong.
    store.append_many(2).await;
    let verified = verify(&store.projector, &tally).await.unwrap();
    assert!(verified.holds());
    assert_eq!(verified.position, 3);
    let left = "select count(*) from pg_namespace where nspname like 'projection_tally_%'";
    assert_eq!(store.count(left).await, 0);
}

#[tokio::test]
async fn a_tampered_row_is_found() {
    let (store, tally) = built().await;
    tamper(&store, "update projection_tally.streams set events = 4").await;
    let verified = verify(&store.projector, &tally).await.unwrap();
    assert_eq!((verified.unexpected, verified.missing), (1, 1));
    assert!(!verified.holds());
}

#[tokio::test]
async fn a_missing_row_is_found() {
    let (store, tally) = built().await;
    tamper(
        &store,
        "delete from projection_tally.seen where position = 2",
    )
    .await;
    let verified = verify(&store.projector, &tally).await.unwrap();
    assert_eq!((verified.unexpected, verified.missing), (0, 1));
    assert!(!verified.holds());
}
