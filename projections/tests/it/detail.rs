//! One error with all that is known of it.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, IgnoredUntil, Regression, ResolvedHow};
use bugsage_domain::ids::ErrorId;
use bugsage_projections::errors::{Ignored, Resolution};

use crate::world::{Report, Seed, World, day};

fn resolve() -> ErrorCommand {
    ErrorCommand::Resolve {
        by: Actor::System,
        at: day(3),
        how: ResolvedHow::ByFix,
        in_release: Some("shop@2".to_owned()),
    }
}

fn seen_in(environment: &'static str, release: &'static str, tag: &'static [&'static str]) -> Seed {
    Seed {
        report: Report {
            environment: Some(environment),
            release: Some(release),
            tags: tag,
            user: Some("ada"),
            ..Report::default()
        },
        ..Seed::default()
    }
}

#[tokio::test]
async fn an_unknown_error_is_not_shown() {
    let world = World::new().await;
    assert_eq!(world.shown(ErrorId(world.id())).await, None);
}

#[tokio::test]
async fn an_error_shows_what_it_was_seen_with() {
    let world = World::new().await;
    let error = world
        .error(seen_in("production", "shop@1", &["browser:firefox"]))
        .await;
    let report = Report {
        at: day(2),
        environment: Some("staging"),
        user: Some("bob"),
        ..Report::default()
    };
    let newest = world.occurs(error, report).await;
    world.catch_up().await;
    let shown = world.shown(error).await.unwrap();
    assert_eq!(shown.environments, ["production", "staging"]);
    assert_eq!(shown.releases, ["shop@1"]);
    assert_eq!(shown.tag_values, ["browser:firefox"]);
    assert_eq!(shown.fingerprints, [error.0.simple().to_string()]);
    assert_eq!(shown.latest_event_id, Some(newest.0));
    assert_eq!((shown.summary.count, shown.summary.users_affected), (2, 2));
    assert_eq!(
        (shown.summary.first_seen, shown.summary.last_seen),
        (day(1), day(2))
    );
    assert_eq!(shown.summary.version, 1);
}

#[tokio::test]
async fn an_error_shows_what_was_merged_into_it_directly_or_through_others() {
    let world = World::new().await;
    let root = world.error(seen_in("production", "shop@1", &[])).await;
    let middle = world.error(seen_in("staging", "shop@2", &[])).await;
    let leaf = world
        .error(seen_in("staging", "shop@3", &["os:linux"]))
        .await;
    world.does(leaf, ErrorCommand::Merge { into: middle }).await;
    world.does(middle, ErrorCommand::Merge { into: root }).await;
    let report = Report {
        at: day(5),
        ..Report::default()
    };
    let newest = world.occurs(leaf, report).await;
    world.catch_up().await;

    let shown = world.shown(root).await.unwrap();
    assert_eq!(shown.merged_from, [middle.0, leaf.0]);
    assert_eq!(shown.environments, ["production", "staging"]);
    assert_eq!(shown.releases, ["shop@1", "shop@2", "shop@3"]);
    assert_eq!(shown.tag_values, ["os:linux"]);
    assert_eq!(shown.fingerprints.len(), 3);
    assert_eq!(shown.latest_event_id, Some(newest.0));
    assert_eq!((shown.summary.count, shown.summary.users_affected), (4, 1));
    assert_eq!(shown.summary.last_seen, day(5));
}

#[tokio::test]
async fn a_merged_error_says_into_which_and_goes_on_counting_its_own() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    let report = Report {
        at: day(5),
        ..Report::default()
    };
    world.occurs(member, report).await;
    world.catch_up().await;
    let shown = world.shown(member).await.unwrap();
    assert_eq!(shown.merged_into, Some(root.0));
    assert!(shown.merged_from.is_empty());
    assert_eq!((shown.summary.count, shown.summary.last_seen), (2, day(5)));
}

#[tokio::test]
async fn an_unmerged_error_stands_alone_again() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    world.does(member, ErrorCommand::Unmerge).await;
    world.catch_up().await;
    let shown = world.shown(member).await.unwrap();
    assert_eq!((shown.merged_into, shown.summary.count), (None, 1));
    let root = world.shown(root).await.unwrap();
    assert_eq!((root.merged_from, root.summary.count), (vec![], 1));
}

#[tokio::test]
async fn a_deleted_error_disappears_with_those_merged_into_it() {
    let world = World::new().await;
    let root = world.error(Seed::default()).await;
    let member = world.error(Seed::default()).await;
    world.does(member, ErrorCommand::Merge { into: root }).await;
    let by = Actor::System;
    world.does(root, ErrorCommand::Delete { by }).await;
    assert_eq!(world.shown(root).await, None, "before it is projected");
    world.catch_up().await;
    assert_eq!(world.shown(root).await, None);
    assert_eq!(world.shown(member).await, None);
}

#[tokio::test]
async fn an_erased_description_is_said_to_be_erased() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let text = world.describes(error, "Ada's card was charged twice").await;
    world.catch_up().await;
    let shown = world.shown(error).await.unwrap();
    assert_eq!(
        shown.description.as_deref(),
        Some("Ada's card was charged twice")
    );
    assert!(!shown.description_erased);

    sqlx::query("update texts set body = null, erased_at = now() where text_id = $1")
        .bind(text.0)
        .execute(&world.owner)
        .await
        .unwrap();
    let shown = world.shown(error).await.unwrap();
    assert_eq!((shown.description, shown.description_erased), (None, true));
}

#[tokio::test]
async fn a_resolved_error_says_who_when_and_how() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    world.does(error, resolve()).await;
    world.catch_up().await;
    let shown = world.shown(error).await.unwrap();
    assert_eq!(shown.summary.status, "resolved");
    assert_eq!(shown.summary.resolved_by.as_deref(), Some("system"));
    assert_eq!(shown.summary.resolved_at, Some(day(3)));
    let resolution = Resolution {
        how: "by_fix".to_owned(),
        in_release: Some("shop@2".to_owned()),
    };
    assert_eq!(shown.resolution, Some(resolution));
}

#[tokio::test]
async fn a_regressed_error_is_said_to_be_until_it_is_settled() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    world.does(error, resolve()).await;
    let regression = Regression {
        at: day(4),
        release: None,
        count: 2,
    };
    world.does(error, ErrorCommand::Regress(regression)).await;
    world.catch_up().await;
    let shown = world.shown(error).await.unwrap();
    assert_eq!(
        (shown.summary.status.as_str(), shown.summary.regressed),
        ("detected", true)
    );
    assert_eq!(
        (shown.resolution, shown.summary.resolved_by),
        (None, None),
        "what belonged to the resolution is gone"
    );

    world.does(error, resolve()).await;
    world.catch_up().await;
    assert!(!world.shown(error).await.unwrap().summary.regressed);
}

#[tokio::test]
async fn an_ignored_error_says_until_when_as_long_as_it_is_ignored() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let ignore = ErrorCommand::Ignore {
        by: Actor::System,
        at: day(1),
        until: IgnoredUntil::Time { at: day(21) },
    };
    world.does(error, ignore).await;
    world.catch_up().await;
    let shown = world.shown(error).await.unwrap();
    let ignored = Ignored {
        until: Some(day(21)),
        until_count: None,
    };
    assert_eq!(shown.summary.status, "ignored");
    assert_eq!(shown.ignored, Some(ignored));

    let later = world.queries.detail(&world.scope, error, day(21)).await;
    let later = later.unwrap().unwrap();
    assert_eq!(later.summary.status, "detected");
    assert_eq!(later.ignored, None);
}
