//! Everything at once: the ledgers agree afterwards, and nobody stood in another's way for good.

use std::sync::atomic::{AtomicBool, Ordering};

use bugsage_commands::ingest::Ingest;
use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
use bugsage_event_store::{ExecuteError, Executor};
use serde_json::json;
use uuid::Uuid;

use crate::site::{Site, ask, resolve, store};

const GROUPS: usize = 6;

/// Numbers that look random and are the same in each run.
struct Dice(usize);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Sends batches of overlapping groups and people.
async fn reports(site: &Site, node: &Ingest, mut dice: Dice) {
    for _ in 0..60 {
        let batch = (0..15).map(|_| {
            let (group, person) = (dice.throw(GROUPS), dice.throw(5));
            site.occurrence(
                &format!("{group}"),
                &json!({"user": {"id": person.to_string()}}),
            )
        });
        store(node, batch.collect()).await;
    }
}

/// Merges, unmerges, resolves and deletes whatever there is, while more may come.
async fn decides(site: &Site, executor: &Executor, mut dice: Dice, all_reported: &AtomicBool) {
    let mut rounds = 0;
    while rounds < 120 || !all_reported.load(Ordering::Relaxed) {
        let errors: Vec<Uuid> = sqlx::query_scalar(
            "select error_id from error_state where status <> 'deleted' order by 1",
        )
        .fetch_all(&site.owner)
        .await
        .unwrap();
        if errors.is_empty() {
            if all_reported.load(Ordering::Relaxed) {
                return; // all that came was deleted
            }
            continue; // the first is still on its way
        }
        rounds += 1;
        let error = ErrorId(errors[dice.throw(errors.len())]);
        let into = ErrorId(errors[dice.throw(errors.len())]);
        // Resolved often and deleted seldom, so that some that are resolved occur again.
        let command = match dice.throw(20) {
            0..6 => ErrorCommand::Merge { into },
            6..12 => ErrorCommand::Unmerge,
            12..19 => resolve(&site.clock),
            _ => ErrorCommand::Delete { by: Actor::System },
        };
        match ask(executor, site.organization(), error, command).await {
            Ok(_) | Err(ExecuteError::Refused(_) | ExecuteError::Contended) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_and_commands_on_the_same_errors_finish_and_agree() {
    let site = Site::new().await;
    let nodes = [site.another_node(), site.another_node()];
    let executors = [site.another_executor(), site.another_executor()];
    let reporting = (1..=4).map(|i| reports(&site, &nodes[i % 2], Dice(i)));
    let all_reported = AtomicBool::new(false);
    let deciding = (5..=8).map(|i| decides(&site, &executors[i % 2], Dice(i), &all_reported));
    let reporting = async {
        futures::future::join_all(reporting).await;
        all_reported.store(true, Ordering::Relaxed);
    };
    tokio::join!(reporting, futures::future::join_all(deciding));

    assert_eq!(
        site.count("select count(*) from occurrences").await,
        4 * 60 * 15
    );
    site.assert_ledgers_agree().await;
    assert_states_match_histories(&site).await;
    let decided: Vec<String> = sqlx::query_scalar(
        "select distinct event_type from events
          where event_type in ('ErrorMerged', 'ErrorUnmerged', 'ErrorRegressed', 'ErrorDeleted')
          order by 1",
    )
    .fetch_all(&site.owner)
    .await
    .unwrap();
    assert_eq!(
        decided,
        [
            "ErrorDeleted",
            "ErrorMerged",
            "ErrorRegressed",
            "ErrorUnmerged"
        ],
        "there was something to agree on"
    );
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(site.count(deadlocks).await, 0);
}

/// What decides at ingest is what the events say.
async fn assert_states_match_histories(site: &Site) {
    let states: Vec<(Uuid, String, Option<Uuid>)> =
        sqlx::query_as("select error_id, status, merged_into from error_state")
            .fetch_all(&site.owner)
            .await
            .unwrap();
    for (error, status, merged_into) in states {
        match site.group(ErrorId(error)).await {
            ErrorGroup::Unborn => panic!("{error} has no history"),
            ErrorGroup::Deleted => assert_eq!(status, "deleted"),
            // Of one that went with its root, only the root's history says so.
            ErrorGroup::Live(live) => {
                assert_eq!(live.merged_into.map(|into| into.0), merged_into);
                assert!(status == "deleted" || status == live.status().as_str());
            }
        }
    }
}
