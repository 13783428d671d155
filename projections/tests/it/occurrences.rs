//! The occurrences of an error, and one by its id.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::ErrorCommand;
use bugsage_domain::grouping;
use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_domain::occurrence::decode;
use bugsage_projections::QueryError;
use bugsage_projections::occurrences::{OccurrenceList, OccurrencesQuery};
use serde_json::json;

use crate::world::{Report, Seed, World, day};

fn at(n: i64) -> Report {
    Report {
        at: day(n),
        ..Report::default()
    }
}

async fn page(world: &World, error: ErrorId, query: &OccurrencesQuery) -> OccurrenceList {
    let found = world.queries.occurrences(&world.scope, error, query).await;
    found.unwrap().unwrap()
}

fn ids(list: &OccurrenceList) -> Vec<EventId> {
    let ids = list.occurrences.iter().map(|found| EventId(found.event_id));
    ids.collect()
}

#[tokio::test]
async fn the_newest_comes_first_across_days_and_merged_errors() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    let third = world.occurs(root, at(4)).await;
    let newest = world.occurs(member, at(9)).await;
    let second = world.occurs(root, at(7)).await;
    let list = page(&world, root, &OccurrencesQuery::default()).await;
    assert_eq!(ids(&list)[..3], [newest, second, third]);
    assert_eq!(list.occurrences.len(), 5);
    assert!(list.occurrences.iter().all(|o| o.error_id == root.0));
    assert_eq!(list.next_cursor, None);
}

#[tokio::test]
async fn a_merged_error_lists_its_own() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    let newest = world.occurs(member, at(4)).await;
    let list = page(&world, member, &OccurrencesQuery::default()).await;
    assert_eq!(list.occurrences.len(), 2);
    assert_eq!(ids(&list)[0], newest);
}

#[tokio::test]
async fn a_walk_by_cursor_meets_each_once_while_new_ones_arrive() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    for n in [1, 1, 1, 2, 3, 3] {
        world.occurs(error, at(n)).await;
    }
    let expected = ids(&page(&world, error, &OccurrencesQuery::default()).await);
    assert_eq!(expected.len(), 7);
    let mut query = OccurrencesQuery {
        limit: 2,
        cursor: None,
    };
    let mut met = Vec::new();
    loop {
        let list = page(&world, error, &query).await;
        met.extend(ids(&list));
        query.cursor = list.next_cursor;
        if query.cursor.is_none() {
            break;
        }
        world.occurs(error, at(5)).await;
    }
    assert_eq!(met, expected);
}

#[tokio::test]
async fn the_limit_is_between_1_and_1000() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    for limit in [0, 1_001] {
        let query = OccurrencesQuery {
            limit,
            cursor: None,
        };
        let refused = world.queries.occurrences(&world.scope, error, &query).await;
        assert!(matches!(refused, Err(QueryError::Limit)));
    }
}

#[tokio::test]
async fn the_cursor_of_another_list_is_refused() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let query = OccurrencesQuery {
        limit: 1,
        cursor: Some("bm8".to_owned()),
    };
    let refused = world.queries.occurrences(&world.scope, error, &query).await;
    assert!(matches!(refused, Err(QueryError::Cursor)));
}

#[tokio::test]
async fn the_occurrences_of_a_deleted_error_are_gone() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let event = world.occurs(error, at(2)).await;
    let by = Actor::System;
    world.does(error, ErrorCommand::Delete { by }).await;
    let query = OccurrencesQuery::default();
    let list = world.queries.occurrences(&world.scope, error, &query).await;
    assert_eq!(list.unwrap(), None);
    let one = world.queries.occurrence(&world.scope, event).await;
    assert_eq!(one.unwrap(), None);
}

#[tokio::test]
async fn an_occurrence_is_found_by_its_id_dashed_or_not() {
    let world = World::new().await;
    let payload = json!({
        "level": "error",
        "exception": {"values": [{"type": "ValueError", "value": "no order 17"}]},
        "extra": {"n": 1.5, "text": "ü"},
    });
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    let report = Report {
        environment: Some("staging"),
        release: Some("shop@1"),
        payload: payload.clone(),
        ..at(3)
    };
    let event = world.occurs(member, report).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    for text in [
        event.0.hyphenated().to_string(),
        event.0.simple().to_string(),
    ] {
        let id: EventId = text.parse().unwrap();
        let found = world.queries.occurrence(&world.scope, id).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.payload, payload);
        assert_eq!(found.summary.event_id, event.0);
        assert_eq!(found.summary.error_id, root.0, "the one it is shown under");
        assert_eq!(found.summary.received_at, day(3));
        assert_eq!(found.summary.environment.as_deref(), Some("staging"));
        assert_eq!(found.summary.release.as_deref(), Some("shop@1"));
    }
}

#[tokio::test]
async fn an_occurrence_says_what_it_was_grouped_by() {
    let world = World::new().await;
    let payload = json!({
        "exception": {"values": [{"type": "ValueError", "value": "no order 17"}]},
    });
    let report = Report {
        payload: payload.clone(),
        ..Report::default()
    };
    let error = world.error(Seed::default()).await;
    let event = world.occurs(error, report).await;
    let found = world.queries.occurrence(&world.scope, event).await;
    let shown = found.unwrap().unwrap().grouping;

    let occurrence = decode(payload.to_string().as_bytes()).unwrap();
    let computed = grouping::fingerprint(grouping::CURRENT, &occurrence);
    assert_eq!(shown.version, computed.version.number());
    assert_eq!(shown.fingerprint, computed.fingerprint.to_string());
    let json = serde_json::to_value(&shown.explanation).unwrap();
    assert_eq!(json, serde_json::to_value(&computed.explanation).unwrap());
    assert_eq!(
        json[0],
        json!({"kind": "exception_type", "value": "ValueError"})
    );
}

#[tokio::test]
async fn an_id_that_two_projects_share_is_each_ones_own() {
    let world = World::new().await;
    let beside = world.other_project().await;
    let event = EventId(world.id());
    let on = |n| Report {
        event: Some(event),
        ..at(n)
    };
    let (mine, theirs) = (
        world.error(Seed::default()).await,
        beside.error(Seed::default()).await,
    );
    world.occurs(mine, on(2)).await;
    beside.occurs(theirs, on(3)).await;
    for (scope, error) in [
        (world.scope, mine),
        (beside.scope, theirs),
        (world.organization(), theirs), // the newest
    ] {
        let found = world.queries.occurrence(&scope, event).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.summary.error_id, error.0, "{scope:?}");
    }
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_is_said_to_be_so() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let event = world.occurs(error, at(2)).await;
    for damage in ["payload = 'no zstd'", "encoding = 9"] {
        sqlx::query(&format!("update occurrences set {damage}"))
            .execute(&world.owner)
            .await
            .unwrap();
        let found = world.queries.occurrence(&world.scope, event).await;
        assert!(matches!(found, Err(QueryError::Payload(id)) if id == event));
    }
}
