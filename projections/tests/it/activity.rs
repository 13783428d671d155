//! What was decided about an error.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::ErrorCommand;
use bugsage_domain::ids::ErrorId;
use bugsage_projections::QueryError;

use crate::world::{ACTOR, Seed, World};

#[tokio::test]
async fn the_newest_decision_comes_first_with_who_made_it() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let to = Some("ada".to_owned());
    world.does(error, ErrorCommand::Assign { to }).await;
    world.does(error, ErrorCommand::BeginFix).await;
    world.catch_up().await;
    let entries = world.queries.activity(&world.scope, error, 2).await;
    let entries = entries.unwrap().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.sequence, entry.kind.as_str(), entry.words.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (3, "ErrorFixBegun", "began a fix"),
            (2, "ErrorAssigned", "assigned it to ada"),
        ]
    );
    assert!(entries.iter().all(|entry| entry.actor == ACTOR));
    assert!(entries[0].position > entries[1].position);
}

#[tokio::test]
async fn an_unknown_or_deleted_error_has_no_activity() {
    let world = World::new().await;
    let deleted = world.error(Seed::default()).await;
    let by = Actor::System;
    world.does(deleted, ErrorCommand::Delete { by }).await;
    world.catch_up().await;
    for error in [deleted, ErrorId(world.id())] {
        let entries = world.queries.activity(&world.scope, error, 10).await;
        assert_eq!(entries.unwrap(), None);
    }
}

#[tokio::test]
async fn the_limit_is_between_1_and_1000() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    for limit in [0, 1_001] {
        let refused = world.queries.activity(&world.scope, error, limit).await;
        assert!(matches!(refused, Err(QueryError::Limit)));
    }
}
