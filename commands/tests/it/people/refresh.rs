//! Refresh tokens and the end of sessions.

use bugsage_commands::people::{ACCESS_LIFETIME, COOKIE_LIFETIME, PeopleError, REFRESH_LIFETIME};
use futures::future::join_all;

use super::account::weak;
use super::town::{PASSWORD, Town, origin, tokens};

#[tokio::test]
async fn a_refresh_token_is_used_once_and_again_ends_the_session_of_both() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    let (_, first) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    let signed_in = town.people.refresh(&first, &here).await.unwrap();
    let user = signed_in.user;
    let (access, second) = tokens(signed_in);
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_some()
    );
    let (_, other) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());

    let reused = town.people.refresh(&first, &here).await.unwrap_err();
    assert!(matches!(reused, PeopleError::Over), "{reused}");
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_none()
    );
    let successor = town.people.refresh(&second, &here).await.unwrap_err();
    assert!(matches!(successor, PeopleError::Over), "{successor}");
    assert!(
        town.audited(user)
            .await
            .contains(&"session.reused".to_owned())
    );
    town.people
        .refresh(&other, &here)
        .await
        .expect("another session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_refresh_at_once_one_gets_tokens_and_the_session_ends() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    let (_, token) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    let outcomes = join_all((0..4).map(|_| town.people.refresh(&token, &here))).await;
    let won: Vec<_> = outcomes.into_iter().filter_map(Result::ok).collect();
    assert_eq!(won.len(), 1);
    let (access, _) = tokens(won.into_iter().next().unwrap());
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn tokens_and_cookies_end_in_their_time() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    let (_, cookie) = town.gets_cookie("ann@example.com").await;
    let (access, refresh) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    // A token tells whole seconds: the one in which it was made may be nearly over.
    town.clock.advance(ACCESS_LIFETIME.num_seconds() - 2);
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_some()
    );
    town.clock.advance(2);
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_none()
    );
    town.clock.advance(COOKIE_LIFETIME.num_seconds());
    let other = town.another_node().await;
    assert!(other.by_cookie(&cookie).await.unwrap().is_none());
    let (_, next) = tokens(other.refresh(&refresh, &here).await.unwrap());
    town.clock.advance(REFRESH_LIFETIME.num_seconds() - 1);
    let (_, last) = tokens(other.refresh(&next, &here).await.unwrap());
    town.clock.advance(REFRESH_LIFETIME.num_seconds());
    assert!(matches!(
        other.refresh(&last, &here).await.unwrap_err(),
        PeopleError::Over
    ));
}

#[tokio::test]
async fn used_refresh_tokens_go_in_their_time_while_the_session_goes_on() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    let (_, first) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    town.clock.advance(29 * 24 * 3600);
    let (_, second) = tokens(town.people.refresh(&first, &here).await.unwrap());
    town.clock.advance(3 * 24 * 3600);
    bugsage_commands::upkeep::round(&town.app, &town.clock)
        .await
        .unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from refresh_tokens")
        .fetch_one(&town.owner)
        .await
        .unwrap();
    assert_eq!(kept, 1);
    town.people.refresh(&second, &here).await.unwrap();
}

#[tokio::test]
async fn a_person_has_a_hundred_sessions_and_one_more_ends_the_oldest() {
    let mut town = Town::new().await;
    town.people = town.people.clone().with_passwords(weak(&town));
    town.resident("ann@example.com").await;
    let (_, oldest) = town.gets_cookie("ann@example.com").await;
    town.clock.advance(1);
    let (_, next) = town.gets_cookie("ann@example.com").await;
    town.clock.advance(1);
    for _ in 0..99 {
        town.signs_in("ann@example.com", PASSWORD).await.unwrap();
    }
    assert!(town.people.by_cookie(&oldest).await.unwrap().is_none());
    assert!(town.people.by_cookie(&next).await.unwrap().is_some());
    let kept: i64 = sqlx::query_scalar("select count(*) from sessions")
        .fetch_one(&town.owner)
        .await
        .unwrap();
    assert_eq!(kept, 100);
}

#[tokio::test]
async fn signing_out_ends_one_session_or_all() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    let (user, first) = town.gets_cookie("ann@example.com").await;
    let (_, second) = town.gets_cookie("ann@example.com").await;
    let (access, refresh) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    let proof = town.people.by_cookie(&first).await.unwrap().unwrap();
    town.people.sign_out(proof, &here).await.unwrap();
    assert!(town.people.by_cookie(&first).await.unwrap().is_none());
    assert!(town.people.by_cookie(&second).await.unwrap().is_some());
    town.people.sign_out_everywhere(user, &here).await.unwrap();
    assert!(town.people.by_cookie(&second).await.unwrap().is_none());
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_none()
    );
    assert!(town.people.refresh(&refresh, &here).await.is_err());
    assert!(town.signs_in("ann@example.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn what_is_stored_opens_nothing() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let (_, cookie) = town.gets_cookie("ann@example.com").await;
    let (_, refresh) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    for table in [
        "sessions",
        "refresh_tokens",
        "mail_tokens",
        "audit_log",
        "letters",
    ] {
        let rows: Vec<String> = sqlx::query_scalar(&format!("select t::text from {table} t"))
            .fetch_all(&town.owner)
            .await
            .unwrap();
        for row in rows {
            assert!(!row.contains(&cookie) && !row.contains(&refresh), "{table}");
        }
    }
}
