//! The keys of access tokens, and their rotation.

use bugsage_commands::people::signing::{Algorithm, rotate};

use super::town::{PASSWORD, Town, sealer, tokens};

async fn access(town: &Town) -> String {
    tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap()).0
}

#[tokio::test]
async fn both_algorithms_sign_and_nodes_share_their_keys() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Hs256] {
        let town = Town::signing(algorithm).await;
        town.resident("ann@example.com").await;
        let token = access(&town).await;
        let elsewhere = town.another_node().await;
        assert!(elsewhere.by_access_token(&token).await.unwrap().is_some());
        let keys: i64 = sqlx::query_scalar("select count(*) from signing_keys")
            .fetch_one(&town.owner)
            .await
            .unwrap();
        assert_eq!(keys, 1);
    }
}

#[tokio::test]
async fn a_rotation_invalidates_no_token_before_its_time() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let before = access(&town).await;
    let rotated = rotate(&town.owner, &town.clock, &sealer(), Algorithm::Hs256, false)
        .await
        .unwrap();
    // Nodes that have not looked yet know neither more nor less.
    assert!(
        town.people
            .by_access_token(&access(&town).await)
            .await
            .unwrap()
            .is_some()
    );
    town.clock.advance(60);
    let node = town.another_node().await;
    assert!(node.by_access_token(&before).await.unwrap().is_some());
    let mut town = town;
    town.people = node;
    let after = access(&town).await;
    assert!(town.people.by_access_token(&after).await.unwrap().is_some());
    assert_ne!(
        before.split('.').next(),
        after.split('.').next(),
        "another key signs"
    );
    assert_eq!(
        rotated.signs_from,
        rotated.ends_at - chrono::TimeDelta::minutes(15)
    );
}

#[tokio::test]
async fn a_key_that_somebody_knows_is_gone_at_once() {
    let mut town = Town::new().await;
    town.resident("ann@example.com").await;
    let before = access(&town).await;
    rotate(&town.owner, &town.clock, &sealer(), Algorithm::EdDsa, true)
        .await
        .unwrap();
    town.people = town.another_node().await;
    assert!(
        town.people
            .by_access_token(&before)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        town.people
            .by_access_token(&access(&town).await)
            .await
            .unwrap()
            .is_some()
    );
}
