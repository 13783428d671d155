//! Nothing of one organization or project is seen by another: two locks, each tested alone.

use bugsage_domain::ids::{ErrorId, EventId};
use bugsage_event_store::tenant;
use bugsage_projections::Scope;
use bugsage_projections::errors::ListQuery;
use bugsage_projections::occurrences::OccurrencesQuery;

use crate::world::{Report, Seed, World, day};

/// A world with one error that answers every question.
async fn inhabited() -> (World, ErrorId, EventId) {
    let world = World::new().await;
    let seed = Seed {
        tags: &["urgent"],
        report: Report {
            at: day(19),
            environment: Some("production"),
            user: Some("ada"),
            ..Report::default()
        },
        ..Seed::default()
    };
    let error = world.error(seed).await;
    let event = world.occurs(error, Report::default()).await;
    world.describes(error, "a description").await;
    world.catch_up().await;
    (world, error, event)
}

/// Asks every question there is; answers which had something to say.
async fn answers(
    world: &World,
    scope: &Scope,
    error: ErrorId,
    event: EventId,
) -> Vec<&'static str> {
    let queries = &world.queries;
    let now = day(20);
    let tagged = ListQuery {
        tag: Some("urgent".to_owned()),
        ..ListQuery::default()
    };
    let searched = ListQuery {
        search: Some("bad value".to_owned()),
        ..ListQuery::default()
    };
    let occurrences = OccurrencesQuery::default();
    let statistics = queries.statistics(scope, 7, now).await.unwrap();
    let asked = [
        (
            "list",
            queries
                .list(scope, &ListQuery::default(), now)
                .await
                .unwrap()
                .total
                > 0,
        ),
        (
            "tag",
            queries.list(scope, &tagged, now).await.unwrap().total > 0,
        ),
        (
            "search",
            queries.list(scope, &searched, now).await.unwrap().total > 0,
        ),
        (
            "detail",
            queries.detail(scope, error, now).await.unwrap().is_some(),
        ),
        (
            "occurrences",
            queries
                .occurrences(scope, error, &occurrences)
                .await
                .unwrap()
                .is_some(),
        ),
        (
            "occurrence",
            queries.occurrence(scope, event).await.unwrap().is_some(),
        ),
        (
            "activity",
            queries.activity(scope, error, 10).await.unwrap().is_some(),
        ),
        (
            "analyses",
            queries.analyses(scope, error, 10).await.unwrap().is_some(),
        ),
        ("errors per status", statistics.total_errors > 0),
        ("occurrences per day", statistics.total_occurrences > 0),
    ];
    asked
        .into_iter()
        .filter_map(|(name, answered)| answered.then_some(name))
        .collect()
}

#[tokio::test]
async fn its_project_and_its_organization_see_an_error() {
    let (world, error, event) = inhabited().await;
    for scope in [world.scope, world.organization()] {
        assert_eq!(answers(&world, &scope, error, event).await.len(), 10);
    }
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let (world, error, event) = inhabited().await;
    let other = world.other_project().await.scope;
    assert_eq!(answers(&world, &other, error, event).await, [""; 0]);
}

#[tokio::test]
async fn another_organization_sees_nothing() {
    let (world, error, event) = inhabited().await;
    let other = world.other_organization().await;
    let forged = Scope::of(other.scope.organization, world.scope.project);
    for scope in [other.scope, other.organization(), forged] {
        assert_eq!(answers(&world, &scope, error, event).await, [""; 0]);
    }
}

/// The queries name the right organization, but the transaction speaks for another.
#[tokio::test]
async fn row_level_security_alone_keeps_organizations_apart() {
    let (world, error, event) = inhabited().await;
    let other = world.other_organization().await.scope.organization;
    sqlx::query(&format!(
        "create or replace function current_organization() returns uuid
             language sql stable as $$ select '{other}'::uuid $$"
    ))
    .execute(&world.owner)
    .await
    .unwrap();
    assert_eq!(answers(&world, &world.scope, error, event).await, [""; 0]);
}

#[tokio::test]
async fn no_table_shows_a_row_of_another_organization_to_plain_sql() {
    let (world, ..) = inhabited().await;
    let other = world.other_organization().await.scope.organization;
    let tables: Vec<String> = sqlx::query_scalar(
        "select distinct format('%I.%I', c.table_schema, c.table_name)
           from information_schema.columns c join pg_tables t
             on t.schemaname = c.table_schema and t.tablename = c.table_name
          where c.column_name = 'organization_id'
            and has_table_privilege('bugsage_app', format('%I.%I', c.table_schema, c.table_name), 'select')",
    )
    .fetch_all(&world.owner)
    .await
    .unwrap();
    assert!(tables.len() >= 10, "{tables:?}");
    for table in tables {
        let mut transaction = tenant(&world.app, other).await.unwrap();
        let seen: i64 = sqlx::query_scalar(&format!(
            "select count(*) from {table} where organization_id <> $1"
        ))
        .bind(other.0)
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
        assert_eq!(seen, 0, "{table}");
    }
}
