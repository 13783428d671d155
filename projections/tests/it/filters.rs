//! What each filter of the list lets through.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, ErrorStatus, IgnoredUntil, ResolvedHow};
use bugsage_domain::severity::Severity;
use bugsage_projections::errors::ListQuery;

use crate::world::{Report, Seed, World, day};

fn ignore(until: IgnoredUntil) -> ErrorCommand {
    ErrorCommand::Ignore {
        by: Actor::System,
        at: day(1),
        until,
    }
}

/// Two errors, of which the query must find the first alone.
async fn finds_the_first(first: Seed, second: Seed, query: ListQuery) {
    let world = World::new().await;
    let wanted = world.error(first).await;
    world.error(second).await;
    world.catch_up().await;
    assert_eq!(world.listed(&query).await, [wanted], "{query:?}");
}

#[tokio::test]
async fn the_severity_is_exactly_the_one_asked_for() {
    let of = |severity| Seed {
        severity,
        ..Seed::default()
    };
    let query = ListQuery {
        severity: Some(Severity::Medium),
        ..ListQuery::default()
    };
    finds_the_first(of(Severity::Medium), of(Severity::Critical), query).await;
}

#[tokio::test]
async fn the_source_is_exactly_the_one_asked_for() {
    let of = |source| Seed {
        source,
        ..Seed::default()
    };
    let query = ListQuery {
        source: Some("nightly import".to_owned()),
        ..ListQuery::default()
    };
    finds_the_first(of("nightly import"), of("nightly"), query).await;
}

#[tokio::test]
async fn the_category_is_exactly_the_one_asked_for() {
    let of = |category| Seed {
        category,
        ..Seed::default()
    };
    let query = ListQuery {
        category: Some("network".to_owned()),
        ..ListQuery::default()
    };
    finds_the_first(of(Some("network")), of(None), query).await;
}

#[tokio::test]
async fn the_environment_is_one_it_was_seen_in() {
    let of = |environment| Seed {
        report: Report {
            environment: Some(environment),
            ..Report::default()
        },
        ..Seed::default()
    };
    let query = ListQuery {
        environment: Some("staging".to_owned()),
        ..ListQuery::default()
    };
    finds_the_first(of("staging"), of("production"), query).await;
}

#[tokio::test]
async fn the_release_is_one_it_was_seen_in() {
    let of = |release| Seed {
        report: Report {
            release: Some(release),
            ..Report::default()
        },
        ..Seed::default()
    };
    let query = ListQuery {
        release: Some("shop@1.2".to_owned()),
        ..ListQuery::default()
    };
    finds_the_first(of("shop@1.2"), of("shop@1.20"), query).await;
}

#[tokio::test]
async fn an_error_is_found_by_the_environment_of_one_merged_into_it() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let staged = Seed {
        report: Report {
            environment: Some("staging"),
            ..Report::default()
        },
        ..Seed::default()
    };
    let member = world.error(staged).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    world.catch_up().await;
    let query = ListQuery {
        environment: Some("staging".to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&query).await, [root]);
}

#[tokio::test]
async fn a_tag_is_found_on_the_error_and_on_its_occurrences() {
    let world = World::new().await;
    let own = world
        .error(Seed {
            tags: &["browser:firefox"],
            ..Seed::default()
        })
        .await;
    let seen = Seed {
        report: Report {
            tags: &["browser:firefox"],
            at: day(2),
            ..Report::default()
        },
        ..Seed::default()
    };
    let seen = world.error(seen).await;
    world.error(Seed::default()).await;
    world.catch_up().await;
    let query = ListQuery {
        tag: Some("browser:firefox".to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&query).await, [seen, own]);
}

#[tokio::test]
async fn a_tag_taken_away_is_no_longer_found() {
    let world = World::new().await;
    let error = world
        .error(Seed {
            tags: &["urgent", "billing"],
            ..Seed::default()
        })
        .await;
    let untag = ErrorCommand::Tag {
        add: Vec::new(),
        remove: vec!["urgent".to_owned()],
    };
    world.does(error, untag).await;
    world.catch_up().await;
    let tagged = |tag: &str| ListQuery {
        tag: Some(tag.to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&tagged("urgent")).await, []);
    assert_eq!(world.listed(&tagged("billing")).await, [error]);
}

#[tokio::test]
async fn the_assignee_is_the_one_who_looks_after_it_now() {
    let world = World::new().await;
    let (ada, bob) = (
        world.error(Seed::default()).await,
        world.error(Seed::default()).await,
    );
    for (error, to) in [(ada, "bob"), (ada, "ada"), (bob, "bob")] {
        let to = Some(to.to_owned());
        world.does(error, ErrorCommand::Assign { to }).await;
    }
    world.catch_up().await;
    let query = ListQuery {
        assignee: Some("bob".to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&query).await, [bob]);
}

#[tokio::test]
async fn the_dates_include_their_ends() {
    let world = World::new().await;
    let mut errors = Vec::new();
    for n in 1..=4 {
        let report = Report {
            at: day(n),
            ..Report::default()
        };
        let seed = Seed {
            report,
            ..Seed::default()
        };
        errors.push(world.error(seed).await);
    }
    world.catch_up().await;
    let query = ListQuery {
        date_from: Some(day(2)),
        date_to: Some(day(3)),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&query).await, [errors[2], errors[1]]);
}

#[tokio::test]
async fn dates_before_any_calendar_are_an_open_end() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    world.catch_up().await;
    let long_ago = Some(chrono::DateTime::<chrono::Utc>::MIN_UTC);
    let from = ListQuery {
        date_from: long_ago,
        ..ListQuery::default()
    };
    let to = ListQuery {
        date_to: long_ago,
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&from).await, [error]);
    assert_eq!(world.listed(&to).await, []);
}

#[tokio::test]
async fn the_status_is_the_one_shown() {
    let world = World::new().await;
    let open = world.error(Seed::default()).await;
    let gone = world.error(Seed::default()).await;
    let resolve = ErrorCommand::Resolve {
        by: Actor::System,
        at: day(1),
        how: ResolvedHow::Manually,
        in_release: None,
    };
    world.does(gone, resolve).await;
    let analyzed = world.error(Seed::default()).await;
    world.does(analyzed, ErrorCommand::BeginAnalysis).await;
    let fixing = world.error(Seed::default()).await;
    world.does(fixing, ErrorCommand::BeginFix).await;
    let ignored = world.error(Seed::default()).await;
    world.does(ignored, ignore(IgnoredUntil::Forever)).await;
    world.catch_up().await;
    for (status, error) in [
        (ErrorStatus::Detected, open),
        (ErrorStatus::Analyzing, analyzed),
        (ErrorStatus::Fixing, fixing),
        (ErrorStatus::Resolved, gone),
        (ErrorStatus::Ignored, ignored),
    ] {
        let query = ListQuery {
            status: Some(status),
            ..ListQuery::default()
        };
        assert_eq!(world.listed(&query).await, [error], "{status}");
    }
}

#[tokio::test]
async fn an_ignore_that_has_run_out_counts_as_detected() {
    let world = World::new().await;
    let (over, lasting) = (day(20), day(21));
    let mut errors = Vec::new();
    for until in [
        IgnoredUntil::Time { at: over },
        IgnoredUntil::Time { at: lasting },
        IgnoredUntil::Occurrences { count: 2 },
        IgnoredUntil::Occurrences { count: 3 },
    ] {
        let error = world.error(Seed::default()).await;
        world.does(error, ignore(until)).await;
        world.occurs(error, Report::default()).await;
        errors.push(error);
    }
    world.catch_up().await;
    for (status, expected) in [
        (ErrorStatus::Detected, [errors[2], errors[0]]),
        (ErrorStatus::Ignored, [errors[3], errors[1]]),
    ] {
        let query = ListQuery {
            status: Some(status),
            ..ListQuery::default()
        };
        assert_eq!(world.listed(&query).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_nul_in_a_filter_finds_nothing_and_fails_nothing() {
    let world = World::new().await;
    world.error(Seed::default()).await;
    world.catch_up().await;
    let nul = || Some("a\0b".to_owned());
    let query = ListQuery {
        source: nul(),
        assignee: nul(),
        category: nul(),
        tag: nul(),
        environment: nul(),
        release: nul(),
        search: nul(),
        ..ListQuery::default()
    };
    assert_eq!(world.listed(&query).await, []);
}

#[tokio::test]
async fn all_filters_must_hold() {
    let of = |severity| Seed {
        severity,
        source: "nightly import",
        ..Seed::default()
    };
    let query = ListQuery {
        severity: Some(Severity::Low),
        source: Some("nightly import".to_owned()),
        search: Some("bad value".to_owned()),
        ..ListQuery::default()
    };
    finds_the_first(of(Severity::Low), of(Severity::High), query).await;
}

#[tokio::test]
async fn merged_and_deleted_errors_are_not_listed() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let merged = world.error(Seed::default()).await;
    let deleted = world.error(Seed::default()).await;
    world.does(merged, ErrorCommand::Merge { into: root }).await;
    let by = Actor::System;
    world.does(deleted, ErrorCommand::Delete { by }).await;
    world.catch_up().await;
    assert_eq!(world.listed(&ListQuery::default()).await, [root]);
}
