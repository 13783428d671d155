use bugsage_commands::ingest::Outcome::{Duplicate, Known, New};
use bugsage_commands::ingest::Submission;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::site::{Site, new_reporter, outcomes, store};

fn with_id(site: &Site, group: &str, id: Uuid) -> Submission {
    site.occurrence(group, &json!({"event_id": id, "user": {"id": "ada"}}))
}

#[tokio::test]
async fn the_first_of_a_group_makes_an_error_and_the_others_join_it() {
    let site = Site::new().await;
    let batch = ["a", "a", "b", "a"].map(|group| site.occurrence(group, &Value::Null));
    let stored = site.store(batch.to_vec()).await;
    let mut made = outcomes(&stored);
    made.sort_by_key(|outcome| *outcome as u8);
    assert_eq!(made, [New, New, Known, Known]);
    assert_eq!(stored[0].error_id, stored[1].error_id);
    assert_ne!(stored[0].error_id, stored[2].error_id);
    assert!(
        stored
            .iter()
            .all(|one| one.position.is_some() == (one.outcome == New))
    );
    assert_eq!(site.totals(stored[0].error_id).await, (3, 0));
    assert_eq!(site.history(stored[0].error_id).await, ["ErrorDetected"]);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_id_twice_in_one_batch_counts_once() {
    let site = Site::new().await;
    let id = Uuid::new_v4();
    let stored = site
        .store(vec![with_id(&site, "a", id), with_id(&site, "a", id)])
        .await;
    assert_eq!(outcomes(&stored), [New, Duplicate]);
    assert_eq!(stored[0].error_id, stored[1].error_id);
    assert_eq!(site.totals(stored[0].error_id).await, (1, 1));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_id_in_two_batches_counts_once_even_as_another_group() {
    let site = Site::new().await;
    let id = Uuid::new_v4();
    let first = site.store(vec![with_id(&site, "a", id)]).await.remove(0);
    let again = site.store(vec![with_id(&site, "a", id)]).await.remove(0);
    let other = site.store(vec![with_id(&site, "b", id)]).await.remove(0);
    assert_eq!([again.outcome, other.outcome], [Duplicate, Duplicate]);
    assert_eq!([again.error_id, other.error_id], [first.error_id; 2]);
    assert_eq!(site.totals(first.error_id).await, (1, 1));
    assert_eq!(site.count("select count(*) from fingerprints").await, 1);
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn an_id_sent_again_after_midnight_counts_once() {
    let site = Site::new().await;
    let id = Uuid::new_v4();
    let first = site.store(vec![with_id(&site, "a", id)]).await.remove(0);
    site.clock.advance(24 * 60 * 60);
    let again = site.store(vec![with_id(&site, "a", id)]).await.remove(0);
    assert_eq!(again.outcome, Duplicate);
    assert_eq!(site.totals(first.error_id).await, (1, 1));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn the_same_id_in_two_projects_is_two_occurrences() {
    let site = Site::new().await;
    let elsewhere = new_reporter(&site.owner).await;
    let same = json!({"event_id": Uuid::new_v4()});
    let stored = site
        .store(vec![
            site.occurrence("a", &same),
            site.occurrence_of(&elsewhere, "a", &same),
        ])
        .await;
    assert_eq!(outcomes(&stored), [New, New]);
    assert_ne!(stored[0].error_id, stored[1].error_id);
    site.assert_ledgers_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_get_the_same_ids_at_once_count_each_once() {
    let site = Site::new().await;
    let nodes = [
        site.another_node(),
        site.another_node(),
        site.another_node(),
    ];
    for round in 0..15 {
        // New and known groups, in another order at each node.
        let ids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
        let sending = nodes.iter().enumerate().map(|(n, node)| {
            let mut batch: Vec<_> = ids
                .iter()
                .enumerate()
                .map(|(i, id)| with_id(&site, &format!("{}", i % 4 + round / 3), *id))
                .collect();
            batch.rotate_left(n * 7);
            store(node, batch)
        });
        let answers = futures::future::join_all(sending).await.concat();
        let counted = answers.iter().filter(|one| one.outcome != Duplicate);
        assert_eq!(counted.count(), 20);
    }
    assert_eq!(site.count("select count(*) from occurrences").await, 300);
    let total = "select sum(count)::bigint from error_state";
    assert_eq!(site.count(total).await, 300);
    let detected = "select count(*) from events where event_type = 'ErrorDetected'";
    assert_eq!(
        site.count(detected).await,
        site.count("select count(*) from error_state").await
    );
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_person_counts_once_an_error() {
    let site = Site::new().await;
    let error = site.occurs_to("ada", "a").await.error_id;
    site.occurs_to("ada", "a").await;
    site.occurs_to("bob", "a").await;
    site.occurs("a").await;
    assert_eq!(site.totals(error).await, (4, 2));
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn counters_tell_hours_environments_and_releases_apart() {
    let site = Site::new().await;
    for release in ["1.0", "1.0", "2.0"] {
        let more = json!({"environment": "production", "release": release});
        site.store(vec![site.occurrence("a", &more)]).await;
    }
    site.clock.advance(60 * 60);
    site.occurs("a").await;
    let counters: Vec<(String, i64)> = sqlx::query_as(
        "select environment || '@' || release, count from error_counters order by hour, release",
    )
    .fetch_all(&site.owner)
    .await
    .unwrap();
    let counters: Vec<_> = counters.iter().map(|(of, n)| (of.as_str(), *n)).collect();
    assert_eq!(
        counters,
        [("production@1.0", 2), ("production@2.0", 1), ("@", 1)]
    );
}

#[tokio::test]
async fn a_batch_of_two_organizations_keeps_them_apart() {
    let site = Site::new().await;
    let other = new_reporter(&site.owner).await;
    let mut batch = Vec::new();
    for i in 0..10 {
        let reporter = if i % 2 == 0 { &site.reporter } else { &other };
        batch.push(site.occurrence_of(reporter, "same", &json!({"user": {"id": "ada"}})));
    }
    let stored = site.store(batch).await;
    for one in &stored[..2] {
        assert_eq!(site.totals(one.error_id).await, (5, 1));
    }
    let mixed = "select count(*) from error_state s join occurrences o using (error_id)
                  where o.organization_id <> s.organization_id or o.project_id <> s.project_id";
    assert_eq!(site.count(mixed).await, 0);
    site.assert_ledgers_agree().await;
}
