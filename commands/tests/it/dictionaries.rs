//! What the events of a project have in common is learned once, and then stored once.

use std::time::{Duration, Instant};

use bugsage_commands::ingest::{Dictionaries, Reporter, Submission};
use serde_json::json;
use sqlx::types::Uuid;

use crate::site::Site;

/// As many as a dictionary is trained from.
const ENOUGH: usize = 1_000;
const DEADLINE: Duration = Duration::from_secs(30);

fn one(site: &Site, reporter: &Reporter, number: usize) -> Submission {
    let frames: Vec<_> = (0..8)
        .map(|n| json!({"function": format!("step_{n}"), "filename": "shop/orders.py", "lineno": 10 * n}))
        .collect();
    let event = json!({
        "exception": {"values": [{"type": "ValueError", "value": format!("no order {number}"),
                                  "stacktrace": {"frames": frames}}]},
        "user": {"id": format!("customer-{number}")},
    });
    site.occurrence_of(reporter, "orders", &event)
}

/// Stores enough occurrences and waits for the dictionary trained from them; its id.
async fn trained(site: &Site) -> i32 {
    let all: Vec<_> = (0..ENOUGH).map(|n| one(site, &site.reporter, n)).collect();
    site.store(all).await;
    let begun = Instant::now();
    loop {
        let id: Option<i32> = sqlx::query_scalar("select dictionary_id from projects")
            .fetch_one(&site.owner)
            .await
            .unwrap();
        match id {
            Some(id) => return id,
            None => assert!(begun.elapsed() < DEADLINE, "no dictionary was trained"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn after_a_thousand_occurrences_the_next_take_half_the_room_or_less() {
    let site = Site::new().await;
    let id = trained(&site).await;
    let dictionaries = Dictionaries::default();
    let dictionary = dictionaries.get(&site.app, site.organization(), id).await;
    let reporter = Reporter {
        dictionary: dictionary.unwrap(),
        ..site.reporter.clone()
    };
    let (before, after) = (
        one(&site, &site.reporter, 7).occurrence,
        one(&site, &reporter, 7).occurrence,
    );
    assert_eq!((before.encoding, after.encoding), (0, id));
    assert!(
        after.payload.len() * 2 <= before.payload.len(),
        "{} bytes instead of {}",
        after.payload.len(),
        before.payload.len()
    );
    let bytes: Vec<u8> = sqlx::query_scalar("select bytes from dictionaries")
        .fetch_one(&site.owner)
        .await
        .unwrap();
    let mut reader = zstd::bulk::Decompressor::with_dictionary(&bytes).unwrap();
    let plain = zstd::decode_all(before.payload.as_slice()).unwrap();
    assert_eq!(
        reader.decompress(&after.payload, plain.len()).unwrap(),
        plain
    );
}

#[tokio::test]
async fn a_project_keeps_its_first_dictionary() {
    let site = Site::new().await;
    let first = trained(&site).await;
    let kept: bool = sqlx::query_scalar("select keep_dictionary($1, $2, 'another')")
        .bind(site.organization().0)
        .bind(site.reporter.project_id.0)
        .fetch_one(&site.app)
        .await
        .unwrap();
    assert!(!kept);
    let ids = "select count(*) from dictionaries where dictionary_id = ";
    assert_eq!(site.count(&format!("{ids}{first}")).await, 1);
    assert_eq!(site.count("select count(*) from dictionaries").await, 1);
}

#[tokio::test]
async fn a_dictionary_is_its_organizations_alone() {
    let site = Site::new().await;
    let id = trained(&site).await;
    let stranger = bugsage_domain::ids::OrganizationId(Uuid::new_v4());
    let found = Dictionaries::default().get(&site.app, stranger, id).await;
    assert!(found.unwrap().is_none());
}
