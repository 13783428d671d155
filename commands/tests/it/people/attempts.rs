//! Wrong passwords: the same for every account, slower each time, and bounded.

use bugsage_commands::people::{PeopleError, Registration};
use futures::future::join_all;

use super::town::{PASSWORD, Town, email, origin};

const WRONG: &str = "not the password at all";

/// Seconds that somebody is told to wait; 0 for who was let try.
async fn wait(town: &Town, from: &str, who: &str) -> u32 {
    match town.signs_in_from(from, who, WRONG).await.unwrap_err() {
        PeopleError::Wrong => 0,
        PeopleError::Wait { seconds } => seconds,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_account_that_is_none_costs_the_same_work_and_gets_the_same_words() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    town.registers("unconfirmed@example.com", PASSWORD)
        .await
        .unwrap();
    let mut told = Vec::new();
    for (who, password) in [
        ("ann@example.com", WRONG),
        ("nobody@example.com", WRONG),
        ("unconfirmed@example.com", WRONG),
        ("unconfirmed@example.com", PASSWORD),
        ("ann@example.com", "short"),
    ] {
        let runs = town.people.passwords().runs();
        let error = town.signs_in(who, password).await.unwrap_err();
        told.push((error.to_string(), town.people.passwords().runs() - runs));
    }
    assert_eq!(told[0].1, 1);
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}

#[tokio::test]
async fn registering_says_the_same_and_does_the_same_for_every_address() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    for who in ["ann@example.com", "nobody@example.com"] {
        let runs = town.people.passwords().runs();
        town.registers(who, PASSWORD).await.unwrap();
        assert_eq!(town.people.passwords().runs() - runs, 1);
    }
}

#[tokio::test]
async fn an_account_waits_longer_after_each_failure_wherever_it_comes_from() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    for from in 0..5 {
        assert_eq!(
            wait(&town, &format!("198.51.100.{from}"), "ann@example.com").await,
            0
        );
    }
    let mut waits = Vec::new();
    for from in 10..18 {
        let from = format!("198.51.100.{from}");
        assert_eq!(wait(&town, &from, "ann@example.com").await, 0);
        let seconds = wait(&town, &from, "ann@example.com").await;
        // The right one is not tried either.
        let right = town
            .signs_in_from(&from, "ann@example.com", PASSWORD)
            .await
            .unwrap_err();
        assert!(matches!(right, PeopleError::Wait { .. }), "{right}");
        waits.push(seconds);
        town.clock.advance(seconds.into());
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();
    assert_eq!(wait(&town, "198.51.100.99", "ann@example.com").await, 0);
    assert_eq!(wait(&town, "198.51.100.99", "ann@example.com").await, 0);
}

#[tokio::test]
async fn a_network_waits_whatever_accounts_it_tries_and_one_success_forgives_one_failure() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    for who in 0..20 {
        let who = format!("{who}@example.com");
        assert_eq!(wait(&town, "2001:db8:1:2::1", &who).await, 0);
    }
    town.signs_in_from("2001:db8:1:2::1", "ann@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(wait(&town, "2001:db8:1:2::2", "x@example.com").await, 0);
    let seconds = wait(&town, "2001:db8:1:2::3", "y@example.com").await;
    assert!((1..=2).contains(&seconds), "{seconds}");
    assert_eq!(wait(&town, "2001:db8:1:3::1", "y@example.com").await, 0);
    // An hour of quiet, and all is forgotten.
    town.clock.advance(3700);
    assert_eq!(wait(&town, "2001:db8:1:2::1", "y@example.com").await, 0);
    assert_eq!(wait(&town, "2001:db8:1:2::1", "y@example.com").await, 0);
}

async fn rows(town: &Town, table: &str) -> i64 {
    sqlx::query_scalar(&format!("select count(*) from {table}"))
        .fetch_one(&town.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_network_that_has_to_wait_writes_nothing_whatever_accounts_it_tries() {
    let town = Town::new().await;
    for who in 0..21 {
        wait(&town, "192.0.2.9", &format!("{who}@example.com")).await;
    }
    let before = rows(&town, "attempts").await;
    assert!(wait(&town, "192.0.2.9", "another@example.com").await > 0);
    assert_eq!(rows(&town, "attempts").await, before);
}

#[tokio::test]
async fn a_network_that_has_accounts_and_letters_made_waits_before_it_costs_anything() {
    let town = Town::new().await;
    let here = origin("192.0.2.9");
    town.resident("ann@example.com").await;
    for who in 0..21 {
        let who = email(&format!("{who}@example.com"));
        town.people.ask_to_confirm(&who, &here).await.unwrap();
    }
    let (runs, records) = (
        town.people.passwords().runs(),
        rows(&town, "audit_log").await,
    );
    let asked = Registration {
        email: email("new@example.com"),
        name: String::new(),
        password: PASSWORD.to_owned(),
    };
    let ann = email("ann@example.com");
    for refused in [
        town.people.register(&asked, &here).await,
        town.people.forgot_password(&ann, &here).await,
        town.people.ask_to_confirm(&ann, &here).await,
    ] {
        assert!(
            matches!(refused, Err(PeopleError::Wait { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(town.people.passwords().runs(), runs);
    assert_eq!(rows(&town, "audit_log").await, records);
    // Elsewhere nobody waits, nor does who signs in from there.
    town.registers("new@example.com", PASSWORD).await.unwrap();
    town.signs_in_from("192.0.2.9", "ann@example.com", PASSWORD)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_are_no_more_than_many_in_a_row() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let runs = town.people.passwords().runs();
    let guesses = (0..40).map(|_| town.signs_in("ann@example.com", WRONG));
    let refused = join_all(guesses).await;
    let tried = refused
        .into_iter()
        .filter(|outcome| matches!(outcome, Err(PeopleError::Wrong)))
        .count();
    assert!((5..=7).contains(&tried), "{tried}");
    assert!(town.people.passwords().runs() - runs <= 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_passwords_is_hashed_few_at_once_and_the_rest_is_sent_away() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    // From everywhere to everybody: no account and no network is slowed.
    let who: Vec<_> = (0..200)
        .map(|n| (format!("10.0.{n}.1"), format!("{n}@example.com")))
        .collect();
    let flood = who
        .iter()
        .map(|(from, who)| town.signs_in_from(from, who, WRONG));
    let outcomes = join_all(flood).await;
    let busy = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(PeopleError::Busy)))
        .count();
    let wrong = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(PeopleError::Wrong)))
        .count();
    assert_eq!(busy + wrong, 200);
    assert!(busy > 0, "all 200 were let wait");
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn what_is_counted_names_nobody_and_is_forgotten_after_a_day() {
    let town = Town::new().await;
    wait(&town, "192.0.2.9", "nobody@example.com").await;
    let rows = async || -> i64 {
        sqlx::query_scalar("select count(*) from attempts")
            .fetch_one(&town.owner)
            .await
            .unwrap()
    };
    assert_eq!(rows().await, 2);
    let named: i64 = sqlx::query_scalar(
        "select count(*) from attempts where encode(subject, 'escape') ~ 'nobody|192'",
    )
    .fetch_one(&town.owner)
    .await
    .unwrap();
    assert_eq!(named, 0);
    town.clock.advance(25 * 3600);
    bugsage_commands::upkeep::round(&town.app, &town.clock)
        .await
        .unwrap();
    assert_eq!(rows().await, 0);
}
