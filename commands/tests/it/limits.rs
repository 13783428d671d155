use bugsage_commands::ingest::{Beside, Ingest, IngestError, IngestLimits, Outcome, Submission};
use bugsage_event_store::Idempotency;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::site::{Site, new_project, outcomes};

const OCCURRENCES: &str = "select count(*) from occurrences";

fn some(site: &Site, count: usize) -> Vec<Submission> {
    (0..count)
        .map(|_| site.occurrence("a", &Value::Null))
        .collect()
}

async fn until(site: &Site, sql: &str, wanted: i64) {
    let reached = async {
        while site.count(sql).await != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), reached)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_fit_into_the_queue_is_refused_whole() {
    let site = Site::new().await;
    let limits = IngestLimits { queue: 4, batch: 2 };
    let (ingest, task) = Ingest::start(
        site.app.clone(),
        site.clock.clone(),
        limits,
        Beside::default(),
    );
    // The first batch detects an error, so it waits for the append lock.
    let mut holder = site.owner.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(7201)")
        .execute(&mut *holder)
        .await
        .unwrap();
    let storing = |count| {
        let (ingest, batch) = (ingest.clone(), some(&site, count));
        tokio::spawn(async move { ingest.store(batch).await })
    };
    let first = storing(1);
    let waiting =
        "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 7201
        and database = (select oid from pg_database where datname = current_database())";
    until(&site, waiting, 1).await;

    let second = storing(3);
    tokio::task::yield_now().await;
    let refused = ingest.store(some(&site, 2)).await;
    assert!(matches!(refused, Err(IngestError::Full)));
    let third = storing(1);
    tokio::task::yield_now().await;
    let refused = ingest.store(some(&site, 1)).await;
    assert!(matches!(refused, Err(IngestError::Full)));

    holder.rollback().await.unwrap();
    drop(ingest);
    for (stored, wanted) in [(first, 1), (second, 3), (third, 1)] {
        let answers = stored.await.unwrap().unwrap();
        assert_eq!(
            answers.iter().filter(|answer| answer.is_ok()).count(),
            wanted
        );
    }
    task.await.unwrap();
    assert_eq!(site.count(OCCURRENCES).await, 5);
}

#[tokio::test]
async fn what_was_accepted_is_stored_before_the_writer_ends() {
    let site = Site::new().await;
    let limits = IngestLimits::default();
    let (ingest, task) = Ingest::start(
        site.app.clone(),
        site.clock.clone(),
        limits,
        Beside::default(),
    );
    let storing = {
        let batch = some(&site, 50);
        tokio::spawn(async move { ingest.store(batch).await })
    };
    tokio::task::yield_now().await;
    storing.abort(); // the caller goes, and with it the last handle
    task.await.unwrap();
    assert_eq!(site.count(OCCURRENCES).await, 50);
}

#[tokio::test]
async fn one_occurrence_that_the_database_refuses_fails_alone() {
    let site = Site::new().await;
    let mut batch = some(&site, 3);
    batch[1].occurrence.level = Some("nul \0 within".to_owned());
    let answers = site.ingest.store(batch).await.unwrap();
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(IngestError::Failed(_))));
    assert_eq!(site.count(OCCURRENCES).await, 2);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_event_with_nul_everywhere_is_stored() {
    let site = Site::new().await;
    let nul = "a\0b";
    let frame = json!({"function": nul, "module": nul, "filename": nul, "in_app": true});
    let exception = json!({"type": nul, "value": nul, "stacktrace": {"frames": [frame]}});
    let event = json!({
        "exception": {"values": [exception]}, "message": nul, "logentry": {"formatted": nul},
        "level": nul, "platform": nul, "environment": nul, "release": nul, "transaction": nul,
        "tags": {nul: nul}, "user": {"id": nul}, "extra": {nul: nul}, "fingerprint": [nul],
    });
    let mut occurrence = site.occurrence("", &event);
    // What the caller of the API calls it.
    occurrence.occurrence.title = "a\0b".to_owned();
    occurrence.occurrence.headline = "a\0b".to_owned();
    occurrence.occurrence.description = Some("a\0b".to_owned());
    occurrence.occurrence.description_digest = Some("0123".to_owned());
    let stored = site.store(vec![occurrence]).await;
    site.resolve(stored[0].error_id).await;
    site.store(vec![site.occurrence("", &event)]).await;
    assert_eq!(site.status(stored[0].error_id).await, "detected");
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_error_remembers_at_most_a_hundred_values_of_a_kind() {
    let site = Site::new().await;
    for round in 0..2 {
        let batch = (0..60).map(|i| {
            let group = if i % 2 == 0 { "a" } else { "b" };
            let tags = json!({"request": format!("{round}-{i}"), "trace": format!("{round}-{i}"),
                              "user": format!("{round}-{i}"), "browser": "Firefox"});
            let more =
                json!({"environment": "production", "release": format!("{round}"), "tags": tags});
            site.occurrence(group, &more)
        });
        site.store(batch.collect()).await;
    }
    let most: Vec<(String, i64)> = sqlx::query_as(
        "select kind, max(n) from (select error_id, kind, count(*) as n from error_facets group by 1, 2) c
          group by 1 order by 1",
    )
    .fetch_all(&site.owner)
    .await
    .unwrap();
    let most: Vec<_> = most.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(most, [("environment", 1), ("release", 2), ("tag", 100)]);
}

fn keyed(submission: Submission, key: &str, request: u8) -> Submission {
    Submission {
        idempotency: Some(Idempotency {
            key: key.to_owned(),
            request: vec![request],
        }),
        ..submission
    }
}

#[tokio::test]
async fn a_key_repeated_with_its_occurrence_changes_nothing() {
    let site = Site::new().await;
    let occurrence = keyed(site.occurrence("a", &Value::Null), "k", 1);
    let first = site.store(vec![occurrence.clone()]).await.remove(0);
    let again = site.store(vec![occurrence.clone(), occurrence]).await;
    assert_eq!(outcomes(&again), [Outcome::Duplicate, Outcome::Duplicate]);
    assert_eq!(again[0].error_id, first.error_id);
    assert_eq!(site.totals(first.error_id).await.0, 1);
}

#[tokio::test]
async fn a_key_used_for_another_body_stores_nothing() {
    let site = Site::new().await;
    let same_id = json!({"event_id": Uuid::new_v4()});
    site.store(vec![keyed(site.occurrence("a", &same_id), "k", 1)])
        .await;
    let other = keyed(site.occurrence("b", &same_id), "k", 2);
    let answers = site.ingest.store(vec![other]).await.unwrap();
    assert!(matches!(answers[..], [Err(IngestError::KeyReused)]));
    assert_eq!(site.count(OCCURRENCES).await, 1);
    assert_eq!(site.count("select count(*) from error_state").await, 1);
}

#[tokio::test]
async fn a_key_used_in_another_project_stores_nothing_and_fails_no_neighbour() {
    let site = Site::new().await;
    let elsewhere = new_project(&site.owner, site.organization(), 90).await;
    site.store(vec![keyed(site.occurrence("a", &Value::Null), "k", 1)])
        .await;
    let other = keyed(site.occurrence_of(&elsewhere, "a", &Value::Null), "k", 1);
    let batch = vec![site.occurrence("a", &Value::Null), other];
    let answers = site.ingest.store(batch).await.unwrap();
    assert!(matches!(answers[..], [Ok(_), Err(IngestError::KeyReused)]));
    assert_eq!(site.count(OCCURRENCES).await, 2);
    site.assert_ledgers_agree().await;
}
