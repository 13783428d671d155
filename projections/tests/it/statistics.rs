//! How much happened, in all and per day.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, IgnoredUntil};
use bugsage_domain::severity::Severity;
use bugsage_projections::QueryError;
use bugsage_projections::statistics::{DAYS_MAX, Statistics};
use chrono::{NaiveDate, TimeDelta};

use crate::world::{Report, Seed, World, day};

fn on(n: i64) -> Seed {
    Seed {
        report: at(n),
        ..Seed::default()
    }
}

fn at(n: i64) -> Report {
    Report {
        at: day(n),
        ..Report::default()
    }
}

async fn of_days(world: &World, days: u32) -> Statistics {
    let statistics = world.queries.statistics(&world.scope, days, day(20)).await;
    statistics.unwrap()
}

#[tokio::test]
async fn every_day_of_the_period_is_there() {
    let world = World::new().await;
    let error = world.error(on(18)).await;
    world.error(on(18)).await;
    world.occurs(error, at(18)).await;
    world.occurs(error, at(20)).await;
    world.error(on(16)).await; // before the period
    world.catch_up().await;
    let statistics = of_days(&world, 4).await;
    let days: Vec<_> = statistics
        .days
        .iter()
        .map(|day| (day.date, day.occurrences, day.errors))
        .collect();
    let date = |n| NaiveDate::from_ymd_opt(2026, 3, n).unwrap();
    assert_eq!(
        days,
        [
            (date(17), 0, 0),
            (date(18), 3, 2),
            (date(19), 0, 0),
            (date(20), 1, 1)
        ]
    );
    assert_eq!(
        (statistics.total_errors, statistics.total_occurrences),
        (2, 4)
    );
    assert_eq!(statistics.period_days, 4);
}

#[tokio::test]
async fn a_day_is_one_of_utc() {
    let world = World::new().await;
    let midnight = day(20) - TimeDelta::hours(12);
    for at in [midnight - TimeDelta::microseconds(1), midnight] {
        let report = Report {
            at,
            ..Report::default()
        };
        world
            .error(Seed {
                report,
                ..Seed::default()
            })
            .await;
    }
    world.catch_up().await;
    let statistics = of_days(&world, 2).await;
    let counts: Vec<_> = statistics.days.iter().map(|day| day.occurrences).collect();
    assert_eq!(counts, [1, 1]);
}

#[tokio::test]
async fn errors_are_told_apart_by_severity_and_by_the_status_shown() {
    let world = World::new().await;
    for severity in [Severity::Low, Severity::Critical, Severity::Critical] {
        world.error(Seed { severity, ..on(19) }).await;
    }
    for until in [day(20), day(21)] {
        let error = world.error(on(19)).await;
        let ignore = ErrorCommand::Ignore {
            by: Actor::System,
            at: day(19),
            until: IgnoredUntil::Time { at: until },
        };
        world.does(error, ignore).await;
    }
    world.catch_up().await;
    let statistics = of_days(&world, 7).await;
    let severities = [("critical", 2), ("high", 2), ("low", 1), ("medium", 0)];
    assert_eq!(
        statistics.severity_distribution,
        severities.map(|(word, n)| (word.to_owned(), n)).into()
    );
    let statuses = [
        ("detected", 4), // one ignore has run out
        ("analyzing", 0),
        ("fixing", 0),
        ("resolved", 0),
        ("ignored", 1),
    ];
    assert_eq!(
        statistics.status_distribution,
        statuses.map(|(word, n)| (word.to_owned(), n)).into()
    );
    assert_eq!(statistics.total_errors, 5);
}

#[tokio::test]
async fn merged_errors_count_as_one() {
    let world = World::new().await;
    let root = world.error(on(2)).await;
    let member = world.error(on(19)).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    world.occurs(root, at(19)).await;
    world.catch_up().await;
    let statistics = of_days(&world, 7).await;
    assert_eq!(
        (statistics.total_errors, statistics.total_occurrences),
        (1, 2)
    );
    assert_eq!(statistics.days[5].errors, 1);
}

#[tokio::test]
async fn deleted_errors_are_not_counted() {
    let world = World::new().await;
    let error = world.error(on(19)).await;
    let by = Actor::System;
    world.does(error, ErrorCommand::Delete { by }).await;
    world.catch_up().await;
    let statistics = of_days(&world, 7).await;
    assert_eq!(
        (statistics.total_errors, statistics.total_occurrences),
        (0, 0)
    );
}

#[tokio::test]
async fn a_whole_organization_is_the_sum_of_its_projects() {
    let world = World::new().await;
    world.error(on(19)).await;
    world.other_project().await.error(on(19)).await;
    world.catch_up().await;
    assert_eq!(of_days(&world, 7).await.total_errors, 1);
    let all = world
        .queries
        .statistics(&world.organization(), 7, day(20))
        .await;
    assert_eq!(all.unwrap().total_errors, 2);
}

#[tokio::test]
async fn days_are_between_1_and_366() {
    let world = World::new().await;
    assert_eq!(of_days(&world, 1).await.days.len(), 1);
    assert_eq!(of_days(&world, DAYS_MAX).await.days.len(), 366);
    for days in [0, DAYS_MAX + 1] {
        let refused = world.queries.statistics(&world.scope, days, day(20)).await;
        assert!(matches!(refused, Err(QueryError::Days)));
    }
}
