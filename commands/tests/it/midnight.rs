//! What the calendar does: partitions made and dropped, payloads forgotten.

use bugsage_commands::ingest::Submission;
use bugsage_commands::upkeep;
use bugsage_domain::ids::ProjectId;
use bugsage_event_store::Idempotency;
use serde_json::Value;

use crate::site::{Site, new_project, store};

const DAY: i64 = 24 * 60 * 60;
const PARTITIONS: &str =
    "select count(*) from pg_inherits where inhparent = 'occurrences'::regclass";

#[tokio::test]
async fn a_missing_partition_is_made_by_the_batch_that_needs_it() {
    let site = Site::new().await;
    assert_eq!(site.count(PARTITIONS).await, 0);
    site.occurs("a").await;
    assert!(site.count(PARTITIONS).await >= 1);
    site.clock.advance(400 * DAY);
    site.occurs("a").await;
    site.assert_ledgers_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_miss_the_same_partition_both_go_on() {
    let site = Site::new().await;
    let nodes = [
        site.another_node(),
        site.another_node(),
        site.another_node(),
    ];
    for _ in 0..3 {
        let storing = nodes
            .iter()
            .map(|node| store(node, vec![site.occurrence("a", &Value::Null)]));
        futures::future::join_all(storing).await;
        site.clock.advance(50 * DAY);
    }
    assert_eq!(site.count("select count(*) from occurrences").await, 9);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn upkeep_makes_the_partitions_of_the_days_to_come() {
    let site = Site::new().await;
    upkeep::round(&site.app, &site.clock).await.unwrap();
    let made = site.count(PARTITIONS).await;
    assert!(made > 1);
    site.clock.advance(DAY);
    site.occurs("a").await;
    assert_eq!(
        site.count(PARTITIONS).await,
        made,
        "it was there before it was needed"
    );
    upkeep::round(&site.app, &site.clock).await.unwrap();
    assert_eq!(site.count(PARTITIONS).await, made + 1);
}

/// Occurrences of a project and their ids.
async fn kept(site: &Site, project: ProjectId) -> (i64, i64) {
    let of = |table| format!("select count(*) from {table} where project_id = {project}");
    (
        site.count(&of("occurrences")).await,
        site.count(&of("occurrence_ids")).await,
    )
}

#[tokio::test]
async fn each_project_keeps_its_occurrences_for_its_own_time() {
    let site = Site::new().await;
    sqlx::query("update projects set retention_days = 5")
        .execute(&site.owner)
        .await
        .unwrap();
    let (long, short) = (
        site.reporter.clone(),
        new_project(&site.owner, site.organization(), 2).await,
    );
    for reporter in [&long, &short] {
        let batch = (0..3).map(|_| site.occurrence_of(reporter, "a", &Value::Null));
        site.store(batch.collect()).await;
    }
    for (days, of_short, of_long) in [(2, 3, 3), (1, 0, 3), (2, 0, 3), (1, 0, 0)] {
        site.clock.advance(days * DAY);
        upkeep::round(&site.app, &site.clock).await.unwrap();
        assert_eq!(kept(&site, short.project_id).await, (of_short, of_short));
        assert_eq!(kept(&site, long.project_id).await, (of_long, of_long));
    }
    let gone = "select count(*) from pg_inherits h join pg_class c on c.oid = h.inhrelid
                 where inhparent = 'occurrences'::regclass and c.relname < 'occurrences_'
                       || (select to_char(min(first_seen) at time zone 'UTC' + interval '1 day', 'YYYYMMDD')
                             from error_state)";
    assert_eq!(
        site.count(gone).await,
        0,
        "the whole day went as a partition"
    );
    let counted = "select sum(count)::bigint from error_state";
    assert_eq!(site.count(counted).await, 6, "counts outlive payloads");
}

#[tokio::test]
async fn shorter_retentions_are_purged_in_small_batches() {
    let site = Site::new().await;
    let short = new_project(&site.owner, site.organization(), 1).await;
    let batch = (0..7).map(|_| site.occurrence_of(&short, "a", &Value::Null));
    site.store(batch.collect()).await;
    let day = site.clock.now().date_naive() + chrono::TimeDelta::days(2);
    let mut rounds = Vec::new();
    while rounds.last() != Some(&0) {
        let gone: i32 = sqlx::query_scalar("select purge_occurrences($1, 3)")
            .bind(day)
            .fetch_one(&site.app)
            .await
            .unwrap();
        rounds.push(gone);
    }
    assert_eq!(rounds, [3, 3, 1, 0]);
    assert_eq!(kept(&site, short.project_id).await, (0, 0));
}

#[tokio::test]
async fn a_retention_cut_short_takes_effect_and_a_longer_one_brings_nothing_back() {
    let site = Site::new().await;
    let project = new_project(&site.owner, site.organization(), 10).await;
    let keep = async |days: i32| {
        sqlx::query("update projects set retention_days = $2 where project_id = $1")
            .bind(project.project_id.0)
            .bind(days)
            .execute(&site.owner)
            .await
            .unwrap();
        upkeep::round(&site.app, &site.clock).await.unwrap();
        kept(&site, project.project_id).await
    };
    for _ in 0..8 {
        site.store(vec![site.occurrence_of(&project, "a", &Value::Null)])
            .await;
        site.clock.advance(DAY);
    }
    assert_eq!(keep(10).await, (8, 8));
    assert_eq!(keep(5).await, (5, 5));
    assert_eq!(keep(20).await, (5, 5));
    assert_eq!(keep(2).await, (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_purge_at_once_forget_all_of_it() {
    let site = Site::new().await;
    let short = new_project(&site.owner, site.organization(), 1).await;
    let batch = (0..40).map(|_| site.occurrence_of(&short, "a", &Value::Null));
    site.store(batch.collect()).await;
    let day = site.clock.now().date_naive() + chrono::TimeDelta::days(2);
    let purging = (0..3).map(|_| async {
        while kept(&site, short.project_id).await != (0, 0) {
            sqlx::query("select purge_occurrences($1, 2)")
                .bind(day)
                .execute(&site.app)
                .await
                .unwrap();
        }
    });
    let all = futures::future::join_all(purging);
    let finished = tokio::time::timeout(std::time::Duration::from_secs(20), all).await;
    assert!(finished.is_ok(), "something was left and marked as gone");
}

#[tokio::test]
async fn a_purge_gives_up_behind_a_long_reader() {
    let site = Site::new().await;
    site.occurs("a").await;
    sqlx::query("alter function purge_occurrences set lock_timeout = '20ms'")
        .execute(&site.owner)
        .await
        .unwrap();
    let mut reader = site.owner.begin().await.unwrap();
    sqlx::query("select 1 from occurrences")
        .execute(&mut *reader)
        .await
        .unwrap();
    site.clock.advance(100 * DAY);
    let gave_up = upkeep::round(&site.app, &site.clock).await.unwrap_err();
    let code = gave_up.as_database_error().unwrap().code().unwrap();
    assert_eq!(code, "55P03", "lock_not_available");
    reader.rollback().await.unwrap();
    upkeep::round(&site.app, &site.clock).await.unwrap();
    assert_eq!(site.count("select count(*) from occurrences").await, 0);
}

#[tokio::test]
async fn an_idempotency_key_is_forgotten_after_a_day() {
    let site = Site::new().await;
    let keys = "select count(*) from idempotency_keys";
    let occurrence = Submission {
        idempotency: Some(Idempotency {
            key: "k".to_owned(),
            request: vec![1],
        }),
        ..site.occurrence("a", &Value::Null)
    };
    site.store(vec![occurrence]).await;
    site.clock.advance(23 * 60 * 60);
    upkeep::round(&site.app, &site.clock).await.unwrap();
    assert_eq!(site.count(keys).await, 1);
    site.clock.advance(2 * 60 * 60);
    upkeep::round(&site.app, &site.clock).await.unwrap();
    assert_eq!(site.count(keys).await, 0);
}

#[tokio::test]
async fn an_id_is_free_again_when_its_occurrence_is_forgotten() {
    let site = Site::new().await;
    let mut occurrence = site.occurrence("a", &Value::Null);
    let error = site.store(vec![occurrence.clone()]).await[0].error_id;
    site.clock.advance(100 * DAY);
    upkeep::round(&site.app, &site.clock).await.unwrap();
    occurrence.occurrence.received_at = site.clock.now();
    let again = site.store(vec![occurrence]).await.remove(0);
    assert_eq!(again.error_id, error);
    assert_eq!(site.totals(error).await.0, 2);
}
