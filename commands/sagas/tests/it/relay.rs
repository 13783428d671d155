//! What others are told of domain events.

use async_nats::Client;
use async_nats::jetstream;
use bugsage_sagas::Register;
use serde_json::Value;

use crate::nats::Nats;
use crate::site::{Site, soon};

/// What the stream holds: the id and subject of each message, in order.
async fn told(client: &Client) -> Vec<(String, String, Value)> {
    let context = jetstream::new(client.clone());
    let stream = context.get_stream("bugsage-events").await.unwrap();
    let mut messages = Vec::new();
    for sequence in 1..=stream.cached_info().state.last_sequence {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let id = message.headers.get("Nats-Msg-Id").unwrap().to_string();
        let body = serde_json::from_slice(&message.payload).unwrap();
        messages.push((id, message.subject.to_string(), body));
    }
    messages
}

async fn count(client: &Client) -> u64 {
    let context = jetstream::new(client.clone());
    let stream = context.get_stream("bugsage-events").await.unwrap();
    stream.cached_info().state.messages
}

/// The stream holds what the store holds, in its order.
async fn compare(site: &Site, client: &Client) {
    let stored: Vec<String> =
        sqlx::query_scalar("select store_id() || ':' || position from events order by position")
            .fetch_all(&site.owner)
            .await
            .unwrap();
    let wanted = stored.len() as u64;
    soon("everything is told", async || count(client).await >= wanted).await;
    let told: Vec<_> = told(client).await.into_iter().map(|(id, ..)| id).collect();
    assert_eq!(told, stored);
}

#[tokio::test]
async fn each_event_is_told_by_its_own_subject() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    site.append(1).await;
    let node = site.node(Register::default(), Some(&client)).await;
    site.append(1).await;
    compare(&site, &client).await;
    let (_, subject, body) = told(&client).await.remove(0);
    assert_eq!(
        subject,
        format!("bugsage.events.{}.thing.Happened", site.organization)
    );
    assert_eq!(body["event_type"], "Happened");
    assert_eq!(body["metadata"]["correlation_id"], "correlation");
    node.stop().await;
}

#[tokio::test]
async fn killed_half_way_it_goes_on_where_the_stream_ends() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    site.append(3_000).await;
    let mut kills = 0;
    while kills < 3 {
        let before = match kills {
            0 => 0,
            _ => count(&client).await,
        };
        let node = site.node(Register::default(), Some(&client)).await;
        soon("some are told", async || count(&client).await > before + 50).await;
        node.kill().await;
        kills += 1;
    }
    let half = count(&client).await;
    assert!(half > 150, "{half}");
    site.append(100).await;
    let node = site.node(Register::default(), Some(&client)).await;
    compare(&site, &client).await;
    node.stop().await;
}

#[tokio::test]
async fn two_relays_and_a_nats_that_is_killed_leave_no_gap() {
    let (site, mut nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let nodes = [
        site.node(Register::default(), Some(&client)).await,
        site.node(Register::default(), Some(&client)).await,
    ];
    for round in 0..3 {
        site.append(500).await;
        if round == 1 {
            nats.kill().await;
            site.append(50).await;
            nats.restart().await;
        }
    }
    compare(&site, &nats.client().await).await;
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test]
async fn the_stream_of_another_database_is_left_alone() {
    let (site, other, nats) = (Site::new().await, Site::new().await, Nats::start().await);
    let client = nats.client().await;
    site.append(3).await;
    let node = site.node(Register::default(), Some(&client)).await;
    compare(&site, &client).await;
    node.stop().await;
    other
        .run("update installation set store_id = gen_random_uuid()")
        .await;
    other.append(5).await;
    let node = other.node(Register::default(), Some(&client)).await;
    site.append(2).await;
    let own = site.node(Register::default(), Some(&client)).await;
    compare(&site, &client).await;
    node.stop().await;
    own.stop().await;
}
