//! Letters: sent once, tried again, and bounded in how many one person gets.

use bugsage_commands::people::letters;

use super::town::{PASSWORD, Town, URL, email, origin};

async fn sent(town: &Town) -> usize {
    letters::round(&town.people, &town.postman, URL)
        .await
        .unwrap();
    town.postman.letters.lock().unwrap().len()
}

#[tokio::test]
async fn nobody_is_flooded_with_letters() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let before = sent(&town).await;
    for _ in 0..10 {
        town.people
            .forgot_password(&email("ann@example.com"), &origin("192.0.2.1"))
            .await
            .unwrap();
        sent(&town).await;
    }
    assert_eq!(sent(&town).await, before + 1);
    town.clock.advance(121);
    assert_eq!(sent(&town).await, before + 2);
    town.clock.advance(600);
    assert_eq!(sent(&town).await, before + 2);
}

#[tokio::test]
async fn what_is_asked_for_again_or_for_nobody_leaves_no_record() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    for who in ["ann@example.com", "ann@example.com", "nobody@example.com"] {
        let here = origin("192.0.2.1");
        town.people
            .forgot_password(&email(who), &here)
            .await
            .unwrap();
        town.people
            .ask_to_confirm(&email(who), &here)
            .await
            .unwrap();
    }
    let records: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where action in ('password.forgotten', 'user.asked_to_confirm')",
    )
    .fetch_one(&town.owner)
    .await
    .unwrap();
    assert_eq!(records, 1);
}

#[tokio::test]
async fn a_letter_waits_for_the_mail_server_and_holds_no_secret_meanwhile() {
    let town = Town::new().await;
    *town.postman.ill.lock().unwrap() = true;
    town.registers("ann@example.com", PASSWORD).await.unwrap();
    assert_eq!(sent(&town).await, 0);
    town.clock.advance(90);
    assert_eq!(sent(&town).await, 0, "the pauses grow");
    *town.postman.ill.lock().unwrap() = false;
    assert_eq!(sent(&town).await, 0);
    town.clock.advance(31);
    assert_eq!(sent(&town).await, 1);
    town.clock.advance(86_400);
    assert_eq!(sent(&town).await, 1);
}

#[tokio::test]
async fn a_letter_that_never_goes_out_is_given_up() {
    let town = Town::new().await;
    *town.postman.ill.lock().unwrap() = true;
    town.registers("ann@example.com", PASSWORD).await.unwrap();
    for _ in 0..10 {
        sent(&town).await;
        town.clock.advance(6 * 3600);
    }
    let due: i64 = sqlx::query_scalar("select count(*) from letters where due_at is not null")
        .fetch_one(&town.owner)
        .await
        .unwrap();
    assert_eq!(due, 0);
    // Asking again begins anew.
    *town.postman.ill.lock().unwrap() = false;
    town.people
        .ask_to_confirm(&email("ann@example.com"), &origin("192.0.2.1"))
        .await
        .unwrap();
    assert_eq!(sent(&town).await, 1);
}

#[tokio::test]
async fn a_confirmed_address_is_not_asked_to_confirm_again() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let before = sent(&town).await;
    town.clock.advance(600);
    for who in ["ann@example.com", "nobody@example.com"] {
        town.people
            .ask_to_confirm(&email(who), &origin("192.0.2.1"))
            .await
            .unwrap();
    }
    assert_eq!(sent(&town).await, before);
}
