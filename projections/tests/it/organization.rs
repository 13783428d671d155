//! Lists over a whole organization, whose indexes are by project.

use bugsage_projections::Scope;
use bugsage_projections::errors::{ListQuery, Order, Sort};
use uuid::Uuid;

use crate::plans::{Crowd, SORTS, scope_of};
use crate::world::day;

/// Four pages are what the states say, after those errors that say they occurred less often than by their
/// own ledger: a merge that is not told yet.
async fn are_in_order(crowd: &Crowd, sort: Sort, order: Order) {
    let column = match sort {
        Sort::LastSeen => "last_seen",
        Sort::FirstSeen => "first_seen",
        Sort::Count => "count",
        Sort::UsersAffected => "users",
    };
    let expected: Vec<Uuid> = sqlx::query_scalar(&format!(
        "select error_id from error_state where organization_id = $1
          order by {column} {order:?}, error_id {order:?} offset 200 limit 400"
    ))
    .bind(crowd.scope.organization.0)
    .fetch_all(&crowd.world.owner)
    .await
    .unwrap();
    let mut query = ListQuery {
        sort,
        order,
        skip: 200,
        limit: 100,
        ..ListQuery::default()
    };
    let mut met = Vec::new();
    for _ in 0..4 {
        let list = crowd.queries.list(&crowd.scope, &query, day(20)).await;
        let list = list.unwrap();
        met.extend(list.errors.iter().map(|error| error.id));
        query.cursor = list.next_cursor;
    }
    assert_eq!(met, expected, "{sort:?} {order:?}");
}

/// Of five projects, the largest of 13,000 errors: what is first among all is first in its own.
#[tokio::test]
async fn a_page_of_a_whole_organization_reads_a_page_of_each_project() {
    let mut crowd = Crowd::new().await;
    let organization = scope_of(&crowd.world, "project 1").await.organization;
    crowd.scope = Scope::of(organization, None);
    let filtered = ListQuery {
        environment: Some("production".to_owned()),
        ..ListQuery::default()
    };
    crowd.lists("an environment of all", filtered).await;
    for sort in SORTS {
        for order in [Order::Asc, Order::Desc] {
            let mut query = ListQuery {
                sort,
                order,
                ..ListQuery::default()
            };
            crowd.lists("a page of all", query.clone()).await;
            query.cursor = crowd.half_way(sort).await.filter(|_| order == Order::Desc);
            let (_, read) = crowd.cost("error_state", &query).await;
            assert!(read < 1_500, "{sort:?} {order:?}: {read} rows read");
        }
    }
}

/// Of 5,000 errors, which are picked, and of 17,000, which are walked.
#[tokio::test]
async fn pages_of_a_whole_organization_are_one_order() {
    let mut crowd = Crowd::new().await;
    for project in ["project 3", "project 1"] {
        let organization = scope_of(&crowd.world, project).await.organization;
        crowd.scope = Scope::of(organization, None);
        for sort in SORTS {
            for order in [Order::Asc, Order::Desc] {
                are_in_order(&crowd, sort, order).await;
            }
        }
    }
}
