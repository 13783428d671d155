//! The tables are what the events say, however often and whenever they are applied.

use std::collections::BTreeSet;

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{
    AnalysisFailure, Because, Edit, ErrorCommand, IgnoredUntil, Regression, ResolvedHow,
};
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{rebuild, verify};
use serde_json::Value;

use crate::world::{Seed, World, analyzed, day};

/// Commands that lead to every kind of event but a merge, an unmerge and a deletion.
fn everything() -> Vec<ErrorCommand> {
    let by = Actor::System;
    let regress = || {
        ErrorCommand::Regress(Regression {
            at: day(9),
            release: Some("shop@2".to_owned()),
            count: 5,
        })
    };
    let edit = Edit {
        title: Some("KeyError: <str>".to_owned()),
        severity: Some(bugsage_domain::severity::Severity::Low),
        category: Some(Some("network".to_owned())),
        assignee: Some(Some("ada".to_owned())),
        at: day(2),
        ..Edit::default()
    };
    vec![
        ErrorCommand::Edit(Box::new(edit)),
        ErrorCommand::Tag {
            add: vec!["urgent".to_owned(), "billing".to_owned()],
            remove: Vec::new(),
        },
        ErrorCommand::Tag {
            add: vec!["later".to_owned()],
            remove: vec!["urgent".to_owned()],
        },
        ErrorCommand::Categorize { category: None },
        ErrorCommand::Assign { to: None },
        ErrorCommand::BeginAnalysis,
        ErrorCommand::EndAnalysis,
        request(Because::New),
        ErrorCommand::StartAnalysis {
            number: 1,
            at: day(2),
        },
        complete(1),
        request(Because::Asked),
        complete(2),
        request(Because::SecondOpinion { of: 2 }),
        ErrorCommand::FailAnalysis {
            number: 3,
            why: AnalysisFailure::GaveUp,
            at: day(3),
        },
        ErrorCommand::BeginFix,
        ErrorCommand::EndFix,
        resolve(),
        regress(),
        ignore(IgnoredUntil::Time { at: day(8) }),
        regress(),
        ignore(IgnoredUntil::Forever),
        ErrorCommand::Reopen { by },
        ignore(IgnoredUntil::Occurrences { count: 7 }),
    ]
}

fn request(because: Because) -> ErrorCommand {
    ErrorCommand::RequestAnalysis {
        by: Actor::System,
        because,
        provider: None,
        prompt_version: None,
        at: day(2),
    }
}

fn complete(number: u32) -> ErrorCommand {
    ErrorCommand::CompleteAnalysis(Box::new(analyzed(number, ["a", "b"])))
}

fn ignore(until: IgnoredUntil) -> ErrorCommand {
    ErrorCommand::Ignore {
        by: Actor::System,
        at: day(2),
        until,
    }
}

fn resolve() -> ErrorCommand {
    ErrorCommand::Resolve {
        by: Actor::System,
        at: day(3),
        how: ResolvedHow::ByFix,
        in_release: Some("shop@1".to_owned()),
    }
}

/// An error whose history ends so.
async fn leave(world: &World, last: ErrorCommand) {
    let error = world.error(Seed::default()).await;
    world.does(error, last).await;
}

/// A history with every kind of event, applied.
async fn eventful() -> World {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    for command in everything() {
        world.does(error, command).await;
    }
    world.describes(error, "a description").await;
    let [root, merged, unmerged, deleted] = [
        world.error(Seed::default()).await,
        world.error(Seed::default()).await,
        world.error(Seed::default()).await,
        world
            .other_organization()
            .await
            .error(Seed::default())
            .await,
    ];
    for member in [merged, unmerged] {
        world.does(member, ErrorCommand::Merge { into: root }).await;
    }
    world.does(unmerged, ErrorCommand::Unmerge).await;
    leave(&world, resolve()).await;
    leave(&world, ignore(IgnoredUntil::Time { at: day(8) })).await;
    let by = Actor::System;
    let doomed = world.error(Seed::default()).await;
    world.does(doomed, ErrorCommand::Delete { by }).await;
    assert_ne!(deleted, doomed);
    world.catch_up().await;
    world
}

async fn rows(world: &World) -> Vec<Value> {
    let mut rows = Vec::new();
    for table in [
        "projection_errors.errors",
        "projection_errors.tags",
        "projection_activity.activity",
        "projection_analyses.analyses",
    ] {
        let of_table: Vec<Value> = sqlx::query_scalar(&format!(
            "select to_jsonb(t) from {table} t order by t::text"
        ))
        .fetch_all(&world.owner)
        .await
        .unwrap();
        assert!(!of_table.is_empty());
        rows.extend(of_table);
    }
    rows
}

async fn events(world: &World) -> Vec<RecordedEvent> {
    sqlx::query_as(&format!(
        "select {} from events order by position",
        RecordedEvent::COLUMNS
    ))
    .fetch_all(&world.owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn errors_stand_under_the_tags_they_have_and_no_others() {
    let world = eventful().await;
    let tags: Vec<(String, i64)> = sqlx::query_as(
        "select t.tag, count(*) from projection_errors.tags t
           join projection_errors.errors e using (organization_id, error_id)
          where t.tag = any (e.tags) group by 1 order by 1",
    )
    .fetch_all(&world.owner)
    .await
    .unwrap();
    assert!(tags.contains(&("billing".to_owned(), 1)), "{tags:?}");
    let said: Vec<(String, i64)> = sqlx::query_as(
        "select tag, count(*) from projection_errors.errors, unnest(tags) tag group by 1 order by 1",
    )
    .fetch_all(&world.owner)
    .await
    .unwrap();
    let all: i64 = sqlx::query_scalar("select count(*) from projection_errors.tags")
        .fetch_one(&world.owner)
        .await
        .unwrap();
    assert_eq!((&tags, tags.iter().map(|(_, n)| n).sum()), (&said, all));
}

#[tokio::test]
async fn every_kind_of_event_is_folded_into_the_row() {
    let world = eventful().await;
    let kinds: BTreeSet<_> = events(&world)
        .await
        .into_iter()
        .map(|event| event.event_type)
        .collect();
    assert_eq!(kinds.len(), 26, "{kinds:?}");
    let row = rows(&world).await.remove(0);
    for (column, value) in [
        ("title", "KeyError: <str>".into()),
        ("severity", "low".into()),
        ("status", "ignored".into()),
        ("category", Value::Null),
        ("assigned_to", Value::Null),
        ("tags", serde_json::json!(["billing", "later"])),
        ("regressions", 1.into()),
        ("ignored_until", Value::Null),
        ("ignored_until_count", 7.into()),
        ("resolved_how", Value::Null),
        ("resolved_in_release", Value::Null),
        ("merged_into", Value::Null),
        ("deleted", false.into()),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
}

/// Each event by itself, as where one of a batch cannot be applied.
async fn apply_each(world: &World) {
    for projection in bugsage_projections::all() {
        let mut transaction = world.projector.begin().await.unwrap();
        sqlx::query(&format!(
            "set local search_path = projection_{}, public",
            projection.name()
        ))
        .execute(&mut *transaction)
        .await
        .unwrap();
        for event in events(world).await {
            projection.apply(&mut transaction, &event).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn events_applied_again_change_nothing() {
    let world = eventful().await;
    let before = rows(&world).await;
    apply_each(&world).await;
    assert_eq!(rows(&world).await, before);
}

#[tokio::test]
async fn events_one_by_one_come_to_the_rows_of_the_batch() {
    let world = eventful().await;
    let before = rows(&world).await;
    sqlx::query("truncate projection_errors.errors, projection_activity.activity, projection_analyses.analyses")
        .execute(&world.owner)
        .await
        .unwrap();
    apply_each(&world).await;
    assert_eq!(rows(&world).await, before);
}

#[tokio::test]
async fn a_rebuild_comes_to_the_same_rows_and_the_search_goes_on() {
    let world = eventful().await;
    let before = rows(&world).await;
    for projection in bugsage_projections::all() {
        rebuild(&world.projector, projection.as_ref())
            .await
            .unwrap();
    }
    assert_eq!(rows(&world).await, before);
    let query = bugsage_projections::errors::ListQuery {
        search: Some("keyerror".to_owned()),
        ..Default::default()
    };
    assert_eq!(world.listed(&query).await.len(), 1);
}

#[tokio::test]
async fn a_verification_holds_until_a_row_is_tampered_with() {
    let world = eventful().await;
    for projection in bugsage_projections::all() {
        let verified = verify(&world.projector, projection.as_ref()).await.unwrap();
        assert!(verified.holds(), "{}: {verified:?}", projection.name());
    }
    sqlx::query("update projection_errors.errors set severity = 'critical' where severity = 'low'")
        .execute(&world.owner)
        .await
        .unwrap();
    let errors = bugsage_projections::errors::ErrorsProjection;
    let verified = verify(&world.projector, &errors).await.unwrap();
    assert_eq!((verified.unexpected, verified.missing), (1, 1));
}
