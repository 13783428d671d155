use bugsage_commands::ingest::Outcome;
use bugsage_commands::standing::standing;
use bugsage_domain::error::{ErrorCommand, Refusal};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::ExecuteError;

use crate::site::{Site, ask, new_reporter};

/// Errors of the groups a, b and c: one, two and three occurrences of ada and somebody of their own.
async fn three(site: &Site) -> [ErrorId; 3] {
    let mut errors = Vec::new();
    for (i, group) in ["a", "b", "c"].into_iter().enumerate() {
        let error = site.occurs_to("ada", group).await.error_id;
        for _ in 0..i {
            site.occurs_to(group, group).await;
        }
        errors.push(error);
    }
    site.assert_ledgers_agree().await;
    errors.try_into().unwrap()
}

async fn root(site: &Site, error: ErrorId) -> Option<ErrorId> {
    standing(&site.app, site.organization(), None, error)
        .await
        .unwrap()
        .map(|standing| standing.root)
}

#[tokio::test]
async fn occurrences_of_a_merged_error_count_at_its_root() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.merge(a, b).await;
    assert_eq!(site.totals(b).await, (3, 2));
    let stored = site.occurs("a").await;
    assert_eq!((stored.error_id, stored.outcome), (b, Outcome::Known));
    assert_eq!(site.totals(b).await, (4, 2));
    site.assert_ledgers_agree().await;
}

/// Few are sought among many, and many with few are counted anew: both come to the same.
#[tokio::test]
async fn whoever_is_at_both_counts_once_however_many_the_others_are() {
    let site = Site::new().await;
    let few = site.occurs_to("ada", "few").await.error_id;
    let many = site.occurs_to("ada", "many").await.error_id;
    for person in ["bob", "eve", "joe", "kim", "lea"] {
        site.occurs_to(person, "many").await;
    }
    site.merge(few, many).await;
    assert_eq!(site.totals(many).await, (7, 6));
    site.assert_ledgers_agree().await;
    site.ask(few, ErrorCommand::Unmerge).await.unwrap();
    site.merge(many, few).await;
    assert_eq!(site.totals(few).await, (7, 6));
    site.assert_ledgers_agree().await;
    site.occurs_to("zoe", "third").await;
    let third = site.occurs_to("ada", "third").await.error_id;
    site.merge(third, few).await;
    assert_eq!(site.totals(few).await, (9, 7));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_unmerged_error_takes_its_own_and_no_more() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.merge(a, b).await;
    site.occurs_to("eve", "a").await;
    site.occurs("b").await;
    site.ask(a, ErrorCommand::Unmerge).await.unwrap();
    assert_eq!(site.totals(a).await, (2, 2));
    assert_eq!(site.totals(b).await, (3, 2));
    assert_eq!(site.occurs("a").await.error_id, a);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_error_takes_along_what_was_merged_into_it() {
    let site = Site::new().await;
    let [a, b, c] = three(&site).await;
    site.merge(a, b).await;
    site.merge(b, c).await;
    assert_eq!(site.totals(c).await, (6, 3));
    assert_eq!(site.occurs("a").await.error_id, c);
    site.assert_ledgers_agree().await;

    site.ask(b, ErrorCommand::Unmerge).await.unwrap();
    assert_eq!(site.totals(b).await, (4, 2));
    assert_eq!(site.occurs("a").await.error_id, b);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_merge_into_a_merged_error_ends_at_its_root() {
    let site = Site::new().await;
    let [a, b, c] = three(&site).await;
    site.merge(b, c).await;
    site.merge(a, b).await;
    assert_eq!(site.occurs("a").await.error_id, c);
    assert_eq!(site.totals(c).await, (7, 3));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_person_known_to_a_member_is_not_counted_again_at_the_root() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.occurs_to("eve", "a").await;
    site.merge(a, b).await;
    assert_eq!(site.totals(b).await.1, 3);
    site.occurs_to("eve", "b").await;
    assert_eq!(site.totals(b).await.1, 3, "known to a member");
    site.occurs_to("b", "a").await;
    assert_eq!(site.totals(b).await.1, 3, "known to the root");
    site.occurs_to("zoe", "a").await;
    assert_eq!(site.totals(b).await.1, 4);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_merge_that_would_close_a_ring_is_a_conflict() {
    let site = Site::new().await;
    let [a, b, c] = three(&site).await;
    site.merge(a, b).await;
    site.merge(b, c).await;
    for into in [a, b] {
        let ring = site.ask(c, ErrorCommand::Merge { into }).await;
        assert!(matches!(ring, Err(ExecuteError::Contended)));
    }
    assert!(site.group(c).await.live().unwrap().merged_into.is_none());
    site.assert_ledgers_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_merged_into_each_other_at_once_make_no_ring() {
    let site = Site::new().await;
    let elsewhere = site.another_executor();
    for round in 0..25 {
        let a = site.occurs(&format!("a-{round}")).await.error_id;
        let b = site.occurs(&format!("b-{round}")).await.error_id;
        let there = ask(
            &elsewhere,
            site.organization(),
            b,
            ErrorCommand::Merge { into: a },
        );
        let (here, there) = tokio::join!(site.ask(a, ErrorCommand::Merge { into: b }), there);
        assert!(here.is_ok() != there.is_ok(), "one of them wins");
        let kept = [a, b].map(|error| site.group(error));
        let merged = futures::future::join_all(kept)
            .await
            .iter()
            .filter(|group| group.live().unwrap().merged_into.is_some())
            .count();
        assert_eq!(merged, 1);
    }
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_merge_into_nothing_or_into_another_organization_is_a_conflict() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    let reporter = new_reporter(&site.owner).await;
    let foreign = site.occurrence_of(&reporter, "a", &serde_json::Value::Null);
    let foreign = site.store(vec![foreign]).await[0].error_id;
    site.delete(b).await;
    for into in [ErrorId(uuid::Uuid::new_v4()), foreign, b] {
        let outcome = site.ask(a, ErrorCommand::Merge { into }).await;
        assert!(matches!(outcome, Err(ExecuteError::Contended)));
    }
    assert_eq!(site.occurs("a").await.error_id, a);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_occurrence_after_a_delete_makes_a_new_error() {
    let site = Site::new().await;
    let [a, ..] = three(&site).await;
    site.delete(a).await;
    assert_eq!(root(&site, a).await, None);
    let stored = site.occurs("a").await;
    assert_eq!(stored.outcome, Outcome::New);
    assert_ne!(stored.error_id, a);
    assert_eq!(site.totals(stored.error_id).await, (1, 0));
    assert_eq!(
        site.history(a).await,
        ["ErrorDetected", "ErrorDeleted"],
        "auditors still see it"
    );
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_duplicate_after_a_delete_makes_no_error() {
    let site = Site::new().await;
    let occurrence = site.occurrence("a", &serde_json::Value::Null);
    let a = site.store(vec![occurrence.clone()]).await[0].error_id;
    site.delete(a).await;
    let again = site.store(vec![occurrence]).await.remove(0);
    assert_eq!(again.outcome, Outcome::Duplicate);
    assert_eq!(site.count("select count(*) from error_state").await, 1);
    assert_eq!(site.count("select count(*) from fingerprints").await, 0);
}

#[tokio::test]
async fn a_deleted_root_takes_its_members_with_it() {
    let site = Site::new().await;
    let [a, b, c] = three(&site).await;
    site.merge(a, b).await;
    site.merge(b, c).await;
    site.delete(c).await;
    for error in [a, b, c] {
        assert_eq!(root(&site, error).await, None);
    }
    let unmerged = site.ask(a, ErrorCommand::Unmerge).await;
    assert!(matches!(unmerged, Err(ExecuteError::Contended)));
    assert_eq!(site.occurs("a").await.outcome, Outcome::New);
    assert_eq!(site.occurs("b").await.outcome, Outcome::New);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_deleted_member_no_longer_counts_at_its_root() {
    let site = Site::new().await;
    let [a, b, c] = three(&site).await;
    site.merge(a, b).await;
    site.merge(b, c).await;
    site.delete(b).await;
    assert_eq!(site.totals(c).await, (3, 2));
    assert_eq!(
        root(&site, a).await,
        None,
        "it went with the one it was merged into"
    );
    assert_eq!(site.occurs("b").await.outcome, Outcome::New);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_merged_error_is_not_asked_itself() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.merge(a, b).await;
    let outcome = site.ask(a, crate::site::resolve(&site.clock)).await;
    let refused =
        matches!(outcome, Err(ExecuteError::Refused(Refusal::Merged { into })) if into == b);
    assert!(refused);
}

#[tokio::test]
async fn an_occurrence_of_a_member_makes_the_resolved_root_regress() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.merge(a, b).await;
    site.resolve(b).await;
    site.occurs("a").await;
    assert_eq!(site.status(b).await, "detected");
    assert_eq!(site.history(a).await, ["ErrorDetected", "ErrorMerged"]);
}

/// Pages that a query reads, by a plan made for it.
async fn pages(site: &Site, query: &str) -> i64 {
    let explain = format!("explain (analyze, buffers, format json) {query}");
    let plan: serde_json::Value = sqlx::query_scalar(&explain)
        .fetch_one(&site.owner)
        .await
        .unwrap();
    let read = |kind: &str| plan[0]["Plan"][kind].as_i64().unwrap();
    read("Shared Hit Blocks") + read("Shared Read Blocks")
}

#[tokio::test]
async fn before_the_first_statistics_a_person_is_not_sought_among_all() {
    let site = Site::new().await;
    let [a, b, _] = three(&site).await;
    site.merge(a, b).await;
    sqlx::raw_sql("alter table error_users set (autovacuum_enabled = off)")
        .execute(&site.owner)
        .await
        .unwrap();
    sqlx::query(
        "insert into error_users select $1, e, sha256(i::text::bytea)
           from (select gen_random_uuid() as e from generate_series(1, 200)) e, generate_series(1, 100) i",
    )
    .bind(site.organization().0)
    .execute(&site.owner)
    .await
    .unwrap();
    let people = r"array['\x01', '\x02']::bytea[]";
    let query = format!("select * from new_people(array['{a}', '{b}']::uuid[], {people})");
    let read = pages(&site, &query).await;
    assert!(read < 60, "{read} pages for two people");
}
