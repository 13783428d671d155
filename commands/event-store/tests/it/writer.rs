use bugsage_event_store::{Append, Verdict, Writer, append};

use crate::store::Store;

const TRANSACTIONS: &str = "select count(distinct xmin::text) from events";

/// Holds the append lock, so that commands pile up behind it.
async fn hold_the_lock(store: &Store) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut holder = store.app.begin().await.unwrap();
    append(&mut holder, &[]).await.unwrap();
    holder
}

#[tokio::test]
async fn commands_that_wait_for_a_commit_share_the_next_one() {
    let store = Store::new().await;
    let (writer, _task) = Writer::start(store.app.clone());
    let holder = hold_the_lock(&store).await;
    let commands = (0..100).map(|i| {
        let (writer, event) = (writer.clone(), store.event(&i.to_string(), 0));
        tokio::spawn(async move { writer.write(event).await })
    });
    let writing: Vec<_> = commands.collect();
    store.until_waiting(1).await;
    holder.commit().await.unwrap();
    for written in futures::future::try_join_all(writing).await.unwrap() {
        assert!(matches!(written.unwrap(), Verdict::Appended { .. }));
    }
    assert_eq!(store.count("select count(*) from events").await, 100);
    let transactions = store.count(TRANSACTIONS).await;
    assert!(transactions <= 2, "{transactions} commits for 100 commands");
}

#[tokio::test]
async fn what_was_handed_over_is_written_when_its_caller_goes() {
    let store = Store::new().await;
    let (writer, task) = Writer::start(store.app.clone());
    let holder = hold_the_lock(&store).await;
    let caller = {
        let (writer, event) = (writer.clone(), store.event("a", 0));
        tokio::spawn(async move { writer.write(event).await })
    };
    store.until_waiting(1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    drop(writer);
    holder.commit().await.unwrap();
    task.await.unwrap();
    assert_eq!(store.count("select count(*) from events").await, 1);
}

#[tokio::test]
async fn a_command_that_the_database_refuses_fails_alone() {
    let store = Store::new().await;
    let (writer, _task) = Writer::start(store.app.clone());
    let holder = hold_the_lock(&store).await;
    let refused = Append {
        aggregate_id: "nul \0 in an id".to_owned(),
        ..store.event("", 0)
    };
    let write = |command| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.write(command).await })
    };
    let first = write(store.event("first", 0));
    store.until_waiting(1).await;
    let others = [
        write(store.event("a", 0)),
        write(refused),
        write(store.event("b", 0)),
    ];
    tokio::task::yield_now().await;
    holder.commit().await.unwrap();
    first.await.unwrap().unwrap();
    let [a, refused, b] = others;
    a.await.unwrap().unwrap();
    b.await.unwrap().unwrap();
    assert!(matches!(
        refused.await.unwrap(),
        Err(sqlx::Error::Database(_))
    ));
}
