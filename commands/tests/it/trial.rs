//! Other settings of grouping, tried on what is stored.

use bugsage_commands::trial::{self, Progress, Tried};
use bugsage_domain::error::ErrorCommand;
use bugsage_domain::grouping::CURRENT;
use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::JOIN_AT;
use bugsage_domain::trial::Settings;
use serde_json::{Value, json};

use crate::site::{Site, new_project, store};

/// Raised in one place, with another message.
fn priced(what: &str) -> Value {
    let frames: Vec<_> = ["checkout", "total", "price"]
        .iter()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    json!({"platform": "python", "fingerprint": ["{{ default }}"], "message": null,
           "exception": {"values": [{"type": "KeyError", "value": format!("no price of '{what}'"),
                                     "stacktrace": {"frames": frames}}]}})
}

/// Stores one more, which joins nothing: this ingest asks about none.
async fn occurs(site: &Site, what: &str) -> ErrorId {
    let occurrence = site.occurrence("", &priced(what));
    site.store(vec![occurrence]).await.remove(0).error_id
}

async fn tried(site: &Site, join_at: Option<f64>, most: u32) -> Tried {
    let settings = Settings {
        version: CURRENT,
        join_at,
    };
    let project = site.reporter.project_id.0;
    trial::run(&site.owner, project, settings, most, |_| ())
        .await
        .unwrap()
}

/// The rows by which errors are what they are.
async fn everything(site: &Site) -> Vec<String> {
    sqlx::query_scalar(
        "select e::text from events e union all select s::text from error_state s
         union all select f::text from fingerprints f union all select v::text from error_vectors v
         union all select o::text from occurrences o order by 1",
    )
    .fetch_all(&site.owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_same_settings_change_nothing_and_nothing_is_written() {
    let site = Site::new().await;
    for what in ["apple", "pear", "apple"] {
        occurs(&site, what).await;
    }
    let before = everything(&site).await;
    let project = site.reporter.project_id.0;
    let settings = Settings {
        version: CURRENT,
        join_at: None,
    };
    let mut told = Vec::new();
    let tried = trial::run(&site.owner, project, settings, 100, |progress| {
        told.push(progress)
    });
    let outcome = tried.await.unwrap().outcome;
    assert_eq!(
        (outcome.occurrences, outcome.errors_now, outcome.errors_then),
        (3, 2, 2)
    );
    assert!(outcome.splits.is_empty() && outcome.merges.is_empty());
    assert_eq!(told, [Progress::Comparing(2)]);
    assert_eq!(everything(&site).await, before);
}

#[tokio::test]
async fn joining_is_tried_in_the_order_of_time_within_the_project() {
    let site = Site::new().await;
    let apple = occurs(&site, "apple").await;
    let pear = occurs(&site, "pear").await;
    let elsewhere = new_project(&site.owner, site.organization(), 90).await;
    let other = site.occurrence_of(&elsewhere, "", &priced("plum"));
    store(&site.ingest, vec![other]).await;

    let merges = tried(&site, Some(JOIN_AT), 100).await.outcome.merges;
    assert_eq!(merges.len(), 1);
    let errors: Vec<_> = merges[0].errors.iter().map(|one| one.error_id).collect();
    assert_eq!(errors, [apple, pear]);
    assert_eq!(merges[0].title, "KeyError: no price of 'apple'");
    assert_eq!(merges[0].joined[0].title, "KeyError: no price of 'pear'");
    assert!(tried(&site, None, 100).await.outcome.merges.is_empty());
}

#[tokio::test]
async fn what_people_merged_and_took_apart_stays_so() {
    let site = Site::new().await;
    let apple = occurs(&site, "apple").await;
    let pear = occurs(&site, "pear").await;
    site.merge(pear, apple).await;
    let outcome = tried(&site, None, 100).await.outcome;
    assert_eq!((outcome.errors_now, outcome.splits.len()), (1, 0));

    site.ask(pear, ErrorCommand::Unmerge).await.unwrap();
    let outcome = tried(&site, Some(JOIN_AT), 100).await.outcome;
    assert_eq!((outcome.errors_now, outcome.merges.len()), (2, 0));
}

#[tokio::test]
async fn what_another_program_grouped_otherwise_is_told_as_splits_and_merges() {
    let site = Site::new().await;
    let apple = occurs(&site, "apple").await;
    let pear = occurs(&site, "pear").await;
    occurs(&site, "apple").await;
    let plum = occurs(&site, "plum").await;
    // It held pears for apples, and told one plum from another.
    sqlx::query("update occurrences set error_id = $1 where error_id = $2")
        .bind(apple.0)
        .bind(pear.0)
        .execute(&site.owner)
        .await
        .unwrap();
    occurs(&site, "plum").await;
    sqlx::query(
        "update occurrences set error_id = $1 where ctid =
             (select ctid from occurrences where error_id = $2 order by received_at desc limit 1)",
    )
    .bind(pear.0)
    .bind(plum.0)
    .execute(&site.owner)
    .await
    .unwrap();
    let outcome = tried(&site, None, 100).await.outcome;
    let split = &outcome.splits[0];
    assert_eq!((outcome.splits.len(), split.error_id), (1, apple));
    let parts: Vec<_> = split.into.iter().map(|part| part.occurrences).collect();
    assert_eq!(parts, [2, 1]);
    let merged: Vec<_> = outcome.merges[0]
        .errors
        .iter()
        .map(|one| one.error_id)
        .collect();
    assert_eq!(merged, [pear, plum]);
}

#[tokio::test]
async fn the_newest_count_and_none_of_what_is_deleted() {
    let site = Site::new().await;
    for what in ["apple", "pear", "plum"] {
        let error = occurs(&site, what).await;
        if what == "plum" {
            site.delete(error).await;
        }
    }
    let outcome = tried(&site, Some(JOIN_AT), 1).await.outcome;
    assert_eq!((outcome.occurrences, outcome.errors_now), (1, 1));
    assert!(outcome.merges.is_empty());
}
