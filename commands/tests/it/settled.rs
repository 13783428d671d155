use bugsage_domain::error::IgnoredUntil;
use bugsage_domain::ids::ErrorId;
use chrono::TimeDelta;
use serde_json::Value;

use crate::site::{Site, ask, resolve, store};

#[tokio::test]
async fn a_resolved_error_that_occurs_regresses_in_the_same_transaction() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    site.resolve(error).await;
    let back = site.occurs("a").await;
    assert_eq!(site.status(error).await, "detected");
    assert_eq!(
        site.history(error).await,
        ["ErrorDetected", "ErrorResolved", "ErrorRegressed"]
    );
    assert_eq!(back.position, Some(3), "the position to wait for");
    let together = "select count(*) from events e
        join occurrences o on o.xmin = e.xmin and e.event_type = 'ErrorRegressed'";
    assert_eq!(site.count(together).await, 1);
    let cause: Value = sqlx::query_scalar("select metadata from events where position = 3")
        .fetch_one(&site.owner)
        .await
        .unwrap();
    assert_eq!(cause["causation_id"], back.event_id.to_string());
    assert_eq!(cause["actor"], "system");
}

#[tokio::test]
async fn many_occurrences_at_once_regress_once() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    site.resolve(error).await;
    let batch = (0..20).map(|_| site.occurrence("a", &Value::Null));
    site.store(batch.collect()).await;
    assert_eq!(
        site.history(error).await,
        ["ErrorDetected", "ErrorResolved", "ErrorRegressed"]
    );
}

#[tokio::test]
async fn a_duplicate_does_not_make_an_error_regress() {
    let site = Site::new().await;
    let occurrence = site.occurrence("a", &Value::Null);
    let error = site.store(vec![occurrence.clone()]).await[0].error_id;
    site.resolve(error).await;
    site.store(vec![occurrence]).await;
    assert_eq!(site.status(error).await, "resolved");
}

#[tokio::test]
async fn an_error_ignored_for_ever_stays_ignored() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    site.ignore(error, IgnoredUntil::Forever).await;
    site.clock.advance(365 * 24 * 60 * 60);
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "ignored");
}

#[tokio::test]
async fn an_error_ignored_until_a_time_is_back_with_the_first_occurrence_after_it() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    let at = site.clock.now() + TimeDelta::hours(1);
    site.ignore(error, IgnoredUntil::Time { at }).await;
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "ignored");
    site.clock.advance(60 * 60);
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "detected");
    let history = site.history(error).await;
    assert_eq!(history[2..], ["ErrorIgnoreExpired"]);
}

#[tokio::test]
async fn an_error_ignored_until_it_occurred_so_often_is_back_at_that_count() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    site.ignore(error, IgnoredUntil::Occurrences { count: 3 })
        .await;
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "ignored");
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "detected");
    assert_eq!(site.history(error).await[2..], ["ErrorIgnoreExpired"]);
}

#[tokio::test]
async fn a_history_that_grew_meanwhile_does_not_lose_the_regression() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    for round in 0..10 {
        site.resolve(error).await;
        // Tagging changes no row that ingest locks, so it may come between load and append.
        let tag = bugsage_domain::error::ErrorCommand::Tag {
            add: vec![format!("tag-{round}")],
            remove: Vec::new(),
        };
        let (tagged, _) = tokio::join!(site.ask(error, tag), site.occurs("a"));
        tagged.unwrap();
        assert_eq!(site.status(error).await, "detected");
    }
}

/// Writes down each change of an error's row, in the order in which they commit: the row's lock sees to that.
const LOG: &str = "
    create table changes (id bigserial, error_id uuid, was text, status text, count bigint);
    create function write_down() returns trigger language plpgsql as $$ begin
        insert into changes (error_id, was, status, count)
            values (new.error_id, old.status, new.status, new.count);
        return null; end $$;
    create trigger write_down after update on error_state for each row execute function write_down()";

/// Errors whose last change was an occurrence that left them resolved.
const MISSED: &str = "select count(*) from (
    select distinct on (error_id) was, status from changes order by error_id, id desc) last
     where was = 'resolved' and status = 'resolved'";

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_and_a_resolve_never_miss_each_other() {
    let site = Site::new().await;
    let node = site.another_node();
    sqlx::raw_sql(LOG).execute(&site.owner).await.unwrap();
    let (mut regressed, mut stayed) = (0, 0);
    for round in 0..60 {
        let groups: Vec<String> = (0..4).map(|i| format!("{round}-{i}")).collect();
        let batch = |site: &Site| -> Vec<_> {
            let occurrences = groups.iter().map(|g| site.occurrence(g, &Value::Null));
            occurrences.collect()
        };
        let errors: Vec<ErrorId> = site
            .store(batch(&site))
            .await
            .iter()
            .map(|one| one.error_id)
            .collect();
        let resolving = futures::future::join_all(
            errors
                .iter()
                .map(|error| site.ask(*error, resolve(&site.clock))),
        );
        let (resolved, ..) = tokio::join!(
            resolving,
            store(&site.ingest, batch(&site)),
            store(&node, batch(&site))
        );
        for outcome in resolved {
            outcome.unwrap();
        }
        assert_eq!(site.count(MISSED).await, 0);
        for error in errors {
            let status = site.status(error).await;
            let group = site.group(error).await;
            assert_eq!(group.live().unwrap().status().as_str(), status);
            if status == "resolved" {
                stayed += 1;
            } else {
                regressed += 1;
            }
        }
    }
    assert!(
        regressed > 0 && stayed > 0,
        "{regressed} against {stayed}: no race"
    );
    site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn a_command_of_another_node_is_seen_by_the_next_batch() {
    let site = Site::new().await;
    let error = site.occurs("a").await.error_id;
    let elsewhere = site.another_executor();
    ask(&elsewhere, site.organization(), error, resolve(&site.clock))
        .await
        .unwrap();
    site.occurs("a").await;
    assert_eq!(site.status(error).await, "detected");
}
