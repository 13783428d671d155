//! The list in pages: sorts, cursors, and the numbers beside them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bugsage_domain::ids::ErrorId;
use bugsage_projections::QueryError;
use bugsage_projections::errors::{ErrorList, ListQuery, Order, Sort};

use serde_json::json;
use uuid::Uuid;

use crate::world::{Report, Seed, World, day};

const SORTS: [Sort; 4] = [
    Sort::LastSeen,
    Sort::FirstSeen,
    Sort::Count,
    Sort::UsersAffected,
];

fn first_seen_on(n: i64) -> Seed {
    Seed {
        report: Report {
            at: day(n),
            ..Report::default()
        },
        ..Seed::default()
    }
}

async fn page(world: &World, query: &ListQuery) -> ErrorList {
    let list = world.queries.list(&world.scope, query, day(20)).await;
    list.unwrap()
}

async fn refused(world: &World, query: &ListQuery) -> QueryError {
    let list = world.queries.list(&world.scope, query, day(20)).await;
    list.expect_err("the query is refused")
}

/// `n` errors that a sort cannot tell apart but for their ids.
async fn alike(world: &World, n: usize) -> Vec<ErrorId> {
    let mut errors = Vec::new();
    for _ in 0..n {
        errors.push(world.error(Seed::default()).await);
    }
    world.catch_up().await;
    errors
}

#[tokio::test]
async fn each_sort_goes_both_ways() {
    let world = World::new().await;
    let early = world.error(first_seen_on(1)).await;
    let often = world.error(first_seen_on(2)).await;
    let crowd = world.error(first_seen_on(3)).await;
    for at in [day(4), day(4), day(4), day(6)] {
        let report = Report {
            at,
            user: Some("ada"),
            ..Report::default()
        };
        world.occurs(often, report).await;
    }
    for user in ["ada", "bob"] {
        let report = Report {
            at: day(5),
            user: Some(user),
            ..Report::default()
        };
        world.occurs(crowd, report).await;
    }
    world.catch_up().await;
    for (sort, mut ascending) in [
        (Sort::LastSeen, [early, crowd, often]),
        (Sort::FirstSeen, [early, often, crowd]),
        (Sort::Count, [early, crowd, often]),
        (Sort::UsersAffected, [early, often, crowd]),
    ] {
        for order in [Order::Asc, Order::Desc] {
            let query = ListQuery {
                sort,
                order,
                ..ListQuery::default()
            };
            assert_eq!(world.listed(&query).await, ascending, "{sort:?} {order:?}");
            ascending.reverse();
        }
    }
}

#[tokio::test]
async fn a_walk_by_cursor_meets_each_of_many_equals_once() {
    let world = World::new().await;
    let mut expected = alike(&world, 7).await;
    for order in [Order::Asc, Order::Desc] {
        for sort in SORTS {
            let mut query = ListQuery {
                sort,
                order,
                limit: 3,
                ..ListQuery::default()
            };
            let mut met = Vec::new();
            loop {
                let list = page(&world, &query).await;
                met.extend(list.errors.iter().map(|error| ErrorId(error.id)));
                query.cursor = list.next_cursor;
                if query.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(met, expected, "{sort:?} {order:?}");
        }
        expected.reverse();
    }
}

#[tokio::test]
async fn a_walk_by_cursor_meets_each_unchanged_error_once_while_others_occur() {
    let world = World::new().await;
    let mut errors = Vec::new();
    for n in 1..=12 {
        errors.push(world.error(first_seen_on(n)).await);
    }
    world.catch_up().await;
    let again = || Report {
        at: day(19),
        ..Report::default()
    };
    let mut query = ListQuery {
        limit: 3,
        ..ListQuery::default()
    };
    let mut met = HashMap::<ErrorId, usize>::new();
    for turn in 0.. {
        let list = page(&world, &query).await;
        for error in &list.errors {
            *met.entry(ErrorId(error.id)).or_default() += 1;
        }
        query.cursor = list.next_cursor;
        if query.cursor.is_none() {
            break;
        }
        // One that was met and one that was not yet go to the front; a new one comes.
        if turn == 0 {
            world.occurs(errors[11], again()).await;
            world.occurs(errors[4], again()).await;
            world.error(first_seen_on(18)).await;
            world.catch_up().await;
        }
    }
    for (index, error) in errors.iter().enumerate() {
        let expected = if index == 4 { None } else { Some(&1) };
        assert_eq!(met.get(error), expected, "error {index}");
    }
}

#[tokio::test]
async fn skipping_and_the_cursor_name_the_same_pages() {
    let world = World::new().await;
    alike(&world, 5).await;
    let mut by_cursor = ListQuery {
        limit: 2,
        ..ListQuery::default()
    };
    for (skip, rows) in [(0, 2), (2, 2), (4, 1)] {
        let by_skip = ListQuery {
            skip,
            limit: 2,
            ..ListQuery::default()
        };
        let skipped = page(&world, &by_skip).await;
        let walked = page(&world, &by_cursor).await;
        assert_eq!(skipped, walked);
        assert_eq!(skipped.errors.len(), rows);
        assert_eq!(skipped.page, i64::from(skip) / 2 + 1);
        assert_eq!((skipped.total, skipped.size, skipped.pages), (5, 2, 3));
        by_cursor.cursor = walked.next_cursor;
    }
    assert_eq!(by_cursor.cursor, None);
}

#[tokio::test]
async fn pages_are_counted_in_full_and_an_empty_list_has_none() {
    let world = World::new().await;
    let empty = page(&world, &ListQuery::default()).await;
    assert_eq!((empty.total, empty.page, empty.pages), (0, 1, 0));
    alike(&world, 4).await;
    let exact = ListQuery {
        limit: 2,
        ..ListQuery::default()
    };
    assert_eq!(page(&world, &exact).await.pages, 2);
    let beyond = ListQuery { skip: 100, ..exact };
    let beyond = page(&world, &beyond).await;
    assert!(beyond.errors.is_empty());
    assert_eq!((beyond.total, beyond.next_cursor), (4, None));
}

#[tokio::test]
async fn a_cursor_belongs_to_its_sort_and_order() {
    let world = World::new().await;
    alike(&world, 2).await;
    let query = ListQuery {
        limit: 1,
        ..ListQuery::default()
    };
    let cursor = page(&world, &query).await.next_cursor;
    let other_sort = ListQuery {
        sort: Sort::FirstSeen,
        cursor: cursor.clone(),
        ..ListQuery::default()
    };
    let other_order = ListQuery {
        order: Order::Asc,
        cursor,
        ..ListQuery::default()
    };
    for query in [other_sort, other_order] {
        let error = refused(&world, &query).await;
        assert!(matches!(error, QueryError::Cursor), "{error}");
    }
}

#[tokio::test]
async fn a_made_up_cursor_is_a_place_like_any_other() {
    let world = World::new().await;
    alike(&world, 2).await;
    let made_up = json!({
        "sort": "last_seen", "order": "desc", "value": "-200000-01-01T00:00:00Z",
        "id": Uuid::nil(), "page": i64::MAX,
    });
    let query = ListQuery {
        cursor: Some(URL_SAFE_NO_PAD.encode(made_up.to_string())),
        ..ListQuery::default()
    };
    let beyond_everything = page(&world, &query).await;
    assert!(beyond_everything.errors.is_empty());
    assert_eq!(beyond_everything.total, 2);
}

#[tokio::test]
async fn the_limit_is_between_1_and_1000() {
    let world = World::new().await;
    alike(&world, 2).await;
    for (limit, rows) in [(1, 1), (1_000, 2)] {
        let query = ListQuery {
            limit,
            ..ListQuery::default()
        };
        assert_eq!(page(&world, &query).await.errors.len(), rows);
    }
    for limit in [0, 1_001] {
        let query = ListQuery {
            limit,
            ..ListQuery::default()
        };
        let error = refused(&world, &query).await;
        assert!(matches!(error, QueryError::Limit), "{error}");
    }
}
