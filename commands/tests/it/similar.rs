//! New errors join those they are like, unless somebody or something says otherwise.

use std::collections::HashSet;
use std::time::Duration;

use bugsage_commands::ingest::{Beside, Ingest, IngestLimits, Stored};
use bugsage_commands::pressure::Pressure;
use bugsage_commands::similarity::Newcomers;
use bugsage_domain::error::{ErrorCommand, IgnoredUntil};
use bugsage_domain::grouping::CURRENT;
use bugsage_domain::ids::ErrorId;
use bugsage_domain::similarity::JOIN_AT;
use bugsage_domain::trial;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::site::{Site, new_project, store};

/// A site, and an ingest whose new errors are looked at.
struct Watched {
    site: Site,
    ingest: Ingest,
    stop: CancellationToken,
}

impl Watched {
    async fn new() -> Self {
        let site = Site::new().await;
        let stop = CancellationToken::new();
        let ingest = watching(&site, &stop);
        Self { site, ingest, stop }
    }

    async fn occurs(&self, event: &Value) -> Stored {
        let mut event = event.clone();
        // Site gives each occurrence a fingerprint of its own; these have none.
        event["fingerprint"] = json!(["{{ default }}"]);
        event["message"] = Value::Null;
        let occurrence = self.site.occurrence("", &event);
        store(&self.ingest, vec![occurrence]).await.remove(0)
    }

    /// Where an error counts once it was looked at; waits until all were.
    async fn root(&self, error: ErrorId) -> ErrorId {
        // Sketches are kept before the question is asked, so a last error shows that all were.
        let last = self
            .occurs(&raised("Last", "", &[&Uuid::new_v4().simple().to_string()]))
            .await;
        self.until_sketched(last.error_id).await;
        let root = sqlx::query_scalar("select root_id from error_state where error_id = $1")
            .bind(error.0)
            .fetch_one(&self.site.owner)
            .await
            .unwrap();
        ErrorId(root)
    }

    async fn until_sketched(&self, error: ErrorId) {
        let sketched = "select count(*) from error_vectors where error_id = $1";
        for _ in 0..600 {
            let found: i64 = sqlx::query_scalar(sketched)
                .bind(error.0)
                .fetch_one(&self.site.owner)
                .await
                .unwrap();
            if found > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{error} is not looked at");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn watching(site: &Site, stop: &CancellationToken) -> Ingest {
    let executor = site.another_executor();
    let pressure = Pressure::default();
    let (newcomers, _) =
        Newcomers::start(site.app.clone(), executor, pressure.clone(), stop.clone());
    let beside = Beside {
        newcomers: Some(newcomers),
        pressure,
    };
    let limits = IngestLimits::default();
    Ingest::start(site.app.clone(), site.clock.clone(), limits, beside).0
}

fn raised(kind: &str, value: &str, functions: &[&str]) -> Value {
    let frames: Vec<_> = functions
        .iter()
        .rev()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    json!({"platform": "python", "exception": {"values": [
        {"type": kind, "value": value, "stacktrace": {"frames": frames}}]}})
}

fn priced(what: &str) -> Value {
    raised(
        "KeyError",
        &format!("no price of '{what}'"),
        &["price", "total", "checkout"],
    )
}

#[tokio::test]
async fn a_new_error_joins_the_one_it_is_like_and_says_why() {
    let watched = Watched::new().await;
    let apple = watched.occurs(&priced("apple")).await.error_id;
    watched.until_sketched(apple).await;
    let other = watched
        .occurs(&raised("KeyError", "no price of 'apple'", &["refund"]))
        .await
        .error_id;
    let pear = watched.occurs(&priced("pear")).await.error_id;
    assert_ne!(pear, apple, "version 1 tells them apart");
    assert_eq!(watched.root(pear).await, apple);
    assert_eq!(watched.root(other).await, other);
    assert_eq!(
        watched.site.history(pear).await,
        ["ErrorDetected", "ErrorJoined"]
    );
    let joined: Value = sqlx::query_scalar(
        "select payload->'ErrorJoined' from events where event_type = 'ErrorJoined' and aggregate_id = $1",
    )
    .bind(pear.to_string())
    .fetch_one(&watched.site.owner)
    .await
    .unwrap();
    assert_eq!(joined["into"], json!(apple));
    assert!(joined["alike"]["score"].as_f64().unwrap() >= 0.82);
    assert_eq!(
        joined["alike"]["shared"][0],
        json!({"kind": "frame", "value": "shop.cart in price"})
    );
    assert_eq!(watched.occurs(&priced("pear")).await.error_id, apple);
    assert_eq!(watched.site.totals(apple).await.0, 3);
    watched.site.assert_ledgers_agree().await;
}

#[tokio::test]
async fn what_was_taken_apart_never_joins_again() {
    for is_first_deleted in [true, false] {
        let watched = Watched::new().await;
        let apple = watched.occurs(&priced("apple")).await.error_id;
        watched.until_sketched(apple).await;
        let pear = watched.occurs(&priced("pear")).await.error_id;
        assert_eq!(watched.root(pear).await, apple);
        watched.site.ask(pear, ErrorCommand::Unmerge).await.unwrap();
        let later = watched.occurs(&priced("pear")).await;
        assert_eq!(later.error_id, pear, "it holds for later ones");
        // Even where the one or the other is deleted and occurs again, as a new error.
        let (gone, what) = match is_first_deleted {
            true => (apple, "apple"),
            false => (pear, "pear"),
        };
        watched.site.delete(gone).await;
        let again = watched.occurs(&priced(what)).await.error_id;
        assert_ne!(again, gone);
        assert_eq!(watched.root(again).await, again);
        watched.site.assert_ledgers_agree().await;
    }
}

#[tokio::test]
async fn nothing_joins_what_is_settled_or_where_the_project_does_not_want_it() {
    let watched = Watched::new().await;
    let apple = watched.occurs(&priced("apple")).await.error_id;
    watched.until_sketched(apple).await;
    watched.site.resolve(apple).await;
    let pear = watched.occurs(&priced("pear")).await.error_id;
    assert_eq!(
        watched.root(pear).await,
        pear,
        "a resolved error would hide it"
    );
    watched.site.ignore(apple, IgnoredUntil::Forever).await;
    watched.site.ignore(pear, IgnoredUntil::Forever).await;
    let plum = watched.occurs(&priced("plum")).await.error_id;
    assert_eq!(watched.root(plum).await, plum, "so would an ignored one");
    sqlx::query("update projects set join_similar = false")
        .execute(&watched.site.owner)
        .await
        .unwrap();
    let fig = watched.occurs(&priced("fig")).await.error_id;
    assert_eq!(watched.root(fig).await, fig);
}

#[tokio::test]
async fn errors_of_other_projects_and_of_the_senders_own_groups_join_nothing() {
    let watched = Watched::new().await;
    let apple = watched.occurs(&priced("apple")).await.error_id;
    watched.until_sketched(apple).await;
    let mut given = priced("pear");
    given["message"] = Value::Null;
    let given = watched.site.occurrence("mine", &given);
    let given = store(&watched.ingest, vec![given]).await.remove(0).error_id;
    assert_eq!(watched.root(given).await, given);

    let elsewhere = new_project(&watched.site.owner, watched.site.organization(), 90).await;
    let mut pear = priced("pear");
    pear["fingerprint"] = json!(["{{ default }}"]);
    let pear = watched.site.occurrence_of(&elsewhere, "", &pear);
    let pear = store(&watched.ingest, vec![pear]).await.remove(0).error_id;
    assert_eq!(watched.root(pear).await, pear);
}

#[tokio::test]
async fn what_was_not_looked_at_in_time_is_sketched_later_and_joins_nothing() {
    let site = Site::new().await;
    let of = |what: &str| {
        let mut event = priced(what);
        event["fingerprint"] = json!(["{{ default }}"]);
        event["message"] = Value::Null;
        site.occurrence("", &event)
    };
    let stored = site.store(vec![of("apple"), of("pear")]).await;
    assert_eq!(site.count("select count(*) from error_vectors").await, 0);
    let stop = CancellationToken::new();
    let ingest = watching(&site, &stop);
    let watched = Watched { site, ingest, stop };
    for one in &stored {
        watched.until_sketched(one.error_id).await;
        assert_eq!(watched.root(one.error_id).await, one.error_id);
    }
}

#[tokio::test]
async fn a_deleted_error_is_like_nothing() {
    let watched = Watched::new().await;
    let apple = watched.occurs(&priced("apple")).await.error_id;
    watched.until_sketched(apple).await;
    watched.site.delete(apple).await;
    assert_eq!(
        watched
            .site
            .count("select count(*) from error_vectors")
            .await,
        0
    );
    let pear = watched.occurs(&priced("pear")).await.error_id;
    assert_eq!(watched.root(pear).await, pear);
}

#[tokio::test]
async fn what_the_service_joined_a_trial_joins_too_and_nothing_else() {
    let watched = Watched::new().await;
    let (mut roots, mut last) = (HashSet::new(), None);
    for event in [
        priced("apple"),
        raised("KeyError", "no price of 'apple'", &["refund", "checkout"]),
        priced("pear"),
        priced("plum"),
        raised("ValueError", "no such cart", &["cart", "checkout"]),
        priced("pear"),
    ] {
        let error = watched.occurs(&event).await.error_id;
        roots.insert(watched.root(error).await);
        last = Some(error);
    }
    assert_eq!(roots.len(), 3);
    let tried = async |join_at| {
        let settings = trial::Settings {
            version: CURRENT,
            join_at,
        };
        let project = watched.site.reporter.project_id.0;
        let tried =
            bugsage_commands::trial::run(&watched.site.owner, project, settings, 100, |_| ());
        tried.await.unwrap().outcome
    };
    let same = tried(Some(JOIN_AT)).await;
    assert_eq!((&same.splits, &same.merges), (&vec![], &vec![]));
    let without = tried(None).await;
    let split = &without.splits[0];
    assert_eq!((without.splits.len(), split.into.len()), (1, 3));
    assert_eq!(Some(split.error_id), last);
    assert!(without.merges.is_empty());
}
