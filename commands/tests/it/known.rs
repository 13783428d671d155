//! The short way of what the writer remembers, and what it must not take for granted.

use bugsage_commands::ingest::Outcome::{Duplicate, Known, New};
use bugsage_domain::error::IgnoredUntil;
use bugsage_domain::ids::ErrorId;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::site::{Site, outcomes, store};

/// An error that the writer remembers: of ada, twice.
async fn remembered(site: &Site, group: &str) -> ErrorId {
    let error = site.occurs_to("ada", group).await.error_id;
    assert_eq!(site.occurs_to("ada", group).await.outcome, Known);
    error
}

#[tokio::test]
async fn the_error_of_a_remembered_group_is_not_looked_for() {
    let site = Site::new().await;
    let error = remembered(&site, "a").await;
    sqlx::query("delete from fingerprints")
        .execute(&site.owner)
        .await
        .unwrap();
    let batch = ["a", "a"].map(|group| site.occurrence(group, &Value::Null));
    let stored = site.store(batch.to_vec()).await;
    assert_eq!(outcomes(&stored), [Known, Known]);
    assert!(stored.iter().all(|one| one.error_id == error));
    assert_eq!(site.totals(error).await, (4, 1));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn new_people_facets_and_hours_of_a_remembered_error_are_kept() {
    let site = Site::new().await;
    let error = remembered(&site, "a").await;
    site.clock.advance(3600);
    let more = json!({"user": {"id": "eve"}, "release": "2", "environment": "staging"});
    site.store(vec![site.occurrence("a", &more)]).await;
    site.store(vec![site.occurrence("a", &more)]).await;
    assert_eq!(site.totals(error).await, (4, 2));
    assert_eq!(site.count("select count(*) from error_facets").await, 2);
    assert_eq!(site.count("select count(*) from error_counters").await, 2);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_id_that_another_node_stored_counts_once() {
    let site = Site::new().await;
    remembered(&site, "a").await;
    let occurrence = site.occurrence("a", &json!({"event_id": Uuid::new_v4()}));
    store(&site.another_node(), vec![occurrence.clone()]).await;
    let batch = vec![occurrence, site.occurrence("a", &Value::Null)];
    assert_eq!(outcomes(&site.store(batch).await), [Duplicate, Known]);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_remembered_error_that_was_deleted_is_made_anew() {
    let site = Site::new().await;
    let error = remembered(&site, "a").await;
    site.delete(error).await;
    let stored = site.occurs("a").await;
    assert_eq!(stored.outcome, New);
    assert_ne!(stored.error_id, error);
    assert_eq!(site.occurs("a").await.error_id, stored.error_id);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_remembered_error_that_was_resolved_regresses() {
    let site = Site::new().await;
    let error = remembered(&site, "a").await;
    site.resolve(error).await;
    assert!(site.occurs("a").await.position.is_some());
    assert_eq!(site.status(error).await, "detected");
}

#[tokio::test]
async fn a_remembered_error_is_ignored_until_its_time_or_its_count() {
    let site = Site::new().await;
    let [timed, counted] = [remembered(&site, "a").await, remembered(&site, "b").await];
    let end = site.clock.now() + TimeDelta::hours(1);
    site.ignore(timed, IgnoredUntil::Time { at: end }).await;
    site.ignore(counted, IgnoredUntil::Occurrences { count: 4 })
        .await;
    site.occurs("a").await;
    site.occurs("b").await;
    assert_eq!(site.status(timed).await, "ignored");
    assert_eq!(site.status(counted).await, "ignored");
    site.clock.advance(3600);
    site.occurs("a").await;
    site.occurs("b").await;
    assert_eq!(site.status(timed).await, "detected");
    assert_eq!(site.status(counted).await, "detected");
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn people_of_a_remembered_error_and_of_those_merged_into_it_count_once() {
    let site = Site::new().await;
    let [root, member] = [remembered(&site, "a").await, remembered(&site, "b").await];
    site.occurs_to("eve", "b").await;
    site.merge(member, root).await;
    for person in ["eve", "eve", "bob", "ada"] {
        assert_eq!(site.occurs_to(person, "a").await.error_id, root);
        assert_eq!(site.occurs_to(person, "b").await.error_id, root);
    }
    assert_eq!(site.totals(root).await, (13, 3));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_merged_error_is_remembered_with_its_root() {
    let site = Site::new().await;
    let [root, member] = [remembered(&site, "a").await, remembered(&site, "b").await];
    site.merge(member, root).await;
    site.occurs_to("eve", "b").await; // is not as it was remembered
    site.occurs_to("eve", "b").await; // is remembered anew
    sqlx::query("delete from fingerprints")
        .execute(&site.owner)
        .await
        .unwrap();
    let batch = ["a", "b", "b"].map(|group| site.occurrence(group, &Value::Null));
    let stored = site.store(batch.to_vec()).await;
    assert_eq!(outcomes(&stored), [Known, Known, Known]);
    assert!(stored.iter().all(|one| one.error_id == root));
    assert_eq!(site.totals(root).await, (9, 2));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_remembered_merged_error_makes_its_resolved_root_regress() {
    let site = Site::new().await;
    let [root, member] = [remembered(&site, "a").await, remembered(&site, "b").await];
    site.merge(member, root).await;
    site.occurs("b").await;
    site.occurs("b").await;
    site.resolve(root).await;
    assert!(site.occurs("b").await.position.is_some());
    assert_eq!(site.status(root).await, "detected");
}

#[tokio::test]
async fn somebody_whom_one_batch_brings_to_two_members_counts_once() {
    let site = Site::new().await;
    let [root, member] = [remembered(&site, "a").await, remembered(&site, "b").await];
    site.merge(member, root).await;
    let both = |who: &str| {
        let user = json!({"user": {"id": who}});
        ["a", "b"]
            .map(|group| site.occurrence(group, &user))
            .to_vec()
    };
    for (who, people) in [("eve", 2), ("bob", 3), ("zoe", 4)] {
        site.store(both(who)).await; // the long way, while it learns, and then the short one
        assert_eq!(site.totals(root).await.1, people, "{who}");
    }
    site.assert_ledgers_agree().await;
}
