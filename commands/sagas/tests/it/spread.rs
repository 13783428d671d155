//! NATS spreads ids; whatever happens to it, rows decide and nothing is lost.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use bugsage_sagas::{Priority, StartError};
use tokio::sync::Semaphore;

use crate::nats::Nats;
use crate::site::{Site, soon};
use crate::works::{noting, noting_behind};

async fn messages(nats: &Nats) -> u64 {
    let context = jetstream::new(nats.client().await);
    let stream = context.get_stream("bugsage-jobs").await.unwrap();
    stream.cached_info().state.messages
}

async fn until_empty(nats: &Nats) {
    soon("every message is acknowledged", async || {
        messages(nats).await == 0
    })
    .await;
}

#[tokio::test]
async fn jobs_come_by_messages_that_are_acknowledged() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let node = site.node(noting("a"), Some(&client)).await;
    let other = site.node(noting("b"), Some(&client)).await;
    for priority in Priority::ALL {
        site.ask(priority, 100 * (1 + priority as i64), 10).await;
    }
    site.each_had_its_effect_once(30).await;
    until_empty(&nats).await;
    node.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn nats_is_killed_and_comes_back_and_nothing_is_lost() {
    let (site, mut nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let gate = Arc::new(Semaphore::new(5));
    let node = site.node(noting_behind("a", &gate), Some(&client)).await;
    site.ask(Priority::Normal, 1, 20).await;
    site.until("effects", 5).await;
    nats.kill().await;
    site.ask(Priority::Normal, 101, 20).await;
    gate.add_permits(20);
    site.until("effects", 25).await;
    nats.restart().await;
    site.ask(Priority::Normal, 201, 20).await;
    gate.add_permits(100);
    site.each_had_its_effect_once(60).await;
    until_empty(&nats).await;
    node.stop().await;
}

#[tokio::test]
async fn messages_that_nats_lost_are_not_needed() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    site.ask(Priority::Normal, 1, 10).await;
    site.run("update jobs set announced = true").await;
    let node = site.node(noting("a"), Some(&client)).await;
    site.each_had_its_effect_once(10).await;
    node.stop().await;
}

#[tokio::test]
async fn messages_too_many_or_of_nothing_do_nothing() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let node = site.node(noting("a"), Some(&client)).await;
    let jobs = site.ask(Priority::Normal, 1, 2).await;
    site.each_had_its_effect_once(2).await;
    let context = jetstream::new(client.clone());
    for id in [
        jobs[0].to_string(),
        jobs[1].to_string(),
        uuid::Uuid::new_v4().to_string(),
        "no id".to_owned(),
    ] {
        let sent = context
            .publish("bugsage.jobs.test.normal", id.into())
            .await
            .unwrap();
        sent.await.unwrap();
    }
    until_empty(&nats).await;
    site.each_had_its_effect_once(2).await;
    node.stop().await;
}

#[tokio::test]
async fn a_stream_that_is_kept_otherwise_is_refused_by_name() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let other = stream::Config {
        name: "bugsage-jobs".to_owned(),
        subjects: vec!["bugsage.jobs.*.*".to_owned()],
        storage: stream::StorageType::Memory,
        ..stream::Config::default()
    };
    let context = jetstream::new(client.clone());
    context.create_stream(other).await.unwrap();
    let Err(StartError::JetStream(refused)) = site.try_node(noting("a"), Some(&client)).await
    else {
        panic!("it takes a stream in memory");
    };
    let told = refused.to_string();
    assert!(
        told.contains("bugsage-jobs") && told.contains("retention"),
        "{told}"
    );
}

#[tokio::test]
async fn a_stream_of_an_older_version_is_brought_up_to_date() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let context = jetstream::new(client.clone());
    site.node(noting("a"), Some(&client)).await.stop().await;
    let mut stream = context.get_stream("bugsage-jobs").await.unwrap();
    let mut config = stream.cached_info().config.clone();
    config.max_age = Duration::from_secs(3600);
    context.update_stream(&config).await.unwrap();
    site.node(noting("a"), Some(&client)).await.stop().await;
    let now = stream.info().await.unwrap();
    assert_eq!(now.config.max_age, Duration::from_secs(7 * 24 * 3600));
}
