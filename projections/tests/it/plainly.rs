//! However a page is found, it is the page that reading every row would give.

use bugsage_domain::severity::Severity;
use bugsage_projections::errors::{ListQuery, Order, Sort};
use sqlx::PgPool;
use uuid::Uuid;

use crate::plans::{Crowd, scope_of};
use crate::world::day;

/// Errors differ, one in fifty is merged into the next, which was not seen in production itself,
/// and one in seventy is deleted.
const VARY: &str = "
create temporary table varied as
    select md5('error ' || i)::uuid as error_id, i, md5('error ' || i + 1)::uuid as next,
           abs(hashtext(i::text)) as h
      from generate_series(1, 32000) i;
update projection_errors.errors e
   set severity = case when h % 100 < 4 then 'critical' else 'high' end,
       source = case when h % 7 = 0 then 'webhook' else 'sentry' end,
       tags = case when h % 11 = 0 then '{urgent}' else '{}' end::text[],
       deleted = i % 70 = 1,
       merged_into = case when i > 20000 and i % 50 = 0 and i < 32000 then next end
  from varied v where v.error_id = e.error_id;
delete from projection_errors.tags t using projection_errors.errors e
 where e.error_id = t.error_id and not t.tag = any (e.tags);
update error_state s
   set status = case when i % 70 = 1 then 'deleted' else 'detected' end,
       root_id = case when i > 20000 and i % 50 = 0 and i < 32000 then next else v.error_id end
  from varied v where v.error_id = s.error_id;
delete from error_facets f using varied v
 where v.error_id = f.error_id and f.kind = 'environment' and (i % 5 = 0 and i % 50 <> 0 or i % 50 = 1);
analyze;";

/// Every combination of some filters, in one way or another.
fn queries() -> Vec<ListQuery> {
    let value = |text: &str| Some(text.to_owned());
    let mut queries = Vec::new();
    for severity in [None, Some(Severity::Critical), Some(Severity::High)] {
        for (source, tag) in [
            (None, None),
            (value("webhook"), None),
            (None, value("urgent")),
        ] {
            for (environment, release) in [
                (None, None),
                (value("production"), None),
                (None, value("release 66")),
            ] {
                for days in [None, Some((day(3), day(9)))] {
                    queries.push(ListQuery {
                        severity,
                        source: source.clone(),
                        tag: tag.clone(),
                        environment: environment.clone(),
                        release: release.clone(),
                        date_from: days.map(|days| days.0),
                        date_to: days.map(|days| days.1),
                        ..ListQuery::default()
                    });
                }
            }
        }
    }
    queries
}

/// All that match, in order, found by reading every row.
async fn plainly(owner: &PgPool, project: i64, query: &ListQuery) -> Vec<Uuid> {
    let column = match query.sort {
        Sort::LastSeen => "s.last_seen",
        Sort::FirstSeen => "s.first_seen",
        Sort::Count => "s.count",
        Sort::UsersAffected => "s.users",
    };
    let direction = match query.order {
        Order::Asc => "asc",
        Order::Desc => "desc",
    };
    sqlx::query_scalar(&format!(
        "select e.error_id from error_state s join projection_errors.errors e using (error_id)
          where s.project_id = $1 and not e.deleted and e.merged_into is null
            and ($2 is null or e.severity = $2) and ($3 is null or e.source = $3)
            and ($4 is null or $4 = any (e.tags))
            and ($5 is null or e.error_id in (
                select m.root_id from error_facets f join error_state m using (error_id)
                 where f.kind = 'environment' and f.value = $5))
            and ($6 is null or e.error_id in (
                select m.root_id from error_facets f join error_state m using (error_id)
                 where f.kind = 'release' and f.value = $6))
            and ($7 is null or s.last_seen >= $7) and ($8 is null or s.last_seen <= $8)
          order by {column} {direction}, e.error_id {direction}"
    ))
    .bind(project)
    .bind(query.severity.map(Severity::as_str))
    .bind(&query.source)
    .bind(&query.tag)
    .bind(&query.environment)
    .bind(&query.release)
    .bind(query.date_from)
    .bind(query.date_to)
    .fetch_all(owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn every_way_gives_the_pages_and_totals_of_reading_all_rows() {
    let mut crowd = Crowd::new().await;
    crowd.scope = scope_of(&crowd.world, "project 1").await;
    let owner = &crowd.world.owner;
    sqlx::raw_sql(VARY).execute(owner).await.unwrap();
    let project = crowd.scope.project.unwrap().0;
    let sorts = [
        Sort::LastSeen,
        Sort::Count,
        Sort::UsersAffected,
        Sort::FirstSeen,
    ];
    let orders = [Order::Desc, Order::Asc];
    for (number, query) in queries().into_iter().enumerate() {
        let mut query = ListQuery {
            sort: sorts[number % 4],
            order: orders[number / 4 % 2],
            ..query
        };
        let all = plainly(owner, project, &query).await;
        let count = i64::try_from(all.len()).unwrap();
        for expected in all.chunks(100).take(3) {
            let list = crowd.queries.list(&crowd.scope, &query, day(20)).await;
            let list = list.unwrap();
            let ids: Vec<_> = list.errors.iter().map(|error| error.id).collect();
            assert_eq!(ids, expected, "{query:?}");
            assert!(
                list.total == count || list.total < count && !list.total_is_exact,
                "{} of {count}: {query:?}",
                list.total
            );
            query.cursor = list.next_cursor;
        }
    }
}
