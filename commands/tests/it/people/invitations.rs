//! Letters to people who are invited: few to one address, however often it is invited.

use bugsage_commands::access::letters;
use uuid::Uuid;

use super::town::{Town, URL};

const DAY: i64 = 24 * 3600;

async fn organization(town: &Town) -> Uuid {
    let id = Uuid::new_v4();
    sqlx::query("insert into organizations (organization_id, name) values ($1, 'it')")
        .bind(id)
        .execute(&town.owner)
        .await
        .unwrap();
    id
}

async fn invites(town: &Town, organization: Uuid, email: &str) -> Uuid {
    let id = Uuid::new_v4();
    sqlx::query(
        "insert into invitations (invitation_id, organization_id, email, role, hash, invited_by, created_at,
                                  expires_at, letter_due_at)
         values ($1, $2, $3, 'viewer', $4, 'system', $5, $5 + interval '7 days', $5)",
    )
    .bind(id)
    .bind(organization)
    .bind(email)
    .bind(id.as_bytes().as_slice())
    .bind(town.clock.now())
    .execute(&town.owner)
    .await
    .unwrap();
    id
}

async fn takes_back(town: &Town, invitation: Uuid) {
    sqlx::query("update invitations set revoked_at = created_at where invitation_id = $1")
        .bind(invitation)
        .execute(&town.owner)
        .await
        .unwrap();
}

async fn sent(town: &Town, email: &str) -> usize {
    letters::round(&town.app, &town.clock, &town.postman, URL)
        .await
        .unwrap();
    let letters = town.postman.letters.lock().unwrap();
    letters.iter().filter(|letter| letter.to == email).count()
}

#[tokio::test]
async fn who_invites_and_takes_back_again_and_again_sends_one_letter_a_day() {
    let town = Town::new().await;
    let here = organization(&town).await;
    for _ in 0..5 {
        let invitation = invites(&town, here, "ann@example.com").await;
        assert_eq!(sent(&town, "ann@example.com").await, 1);
        takes_back(&town, invitation).await;
    }
    invites(&town, here, "ann@example.com").await;
    invites(&town, here, "bob@example.com").await;
    assert_eq!(sent(&town, "ann@example.com").await, 1);
    assert_eq!(sent(&town, "bob@example.com").await, 1, "another address");
    town.clock.advance(DAY + 3600);
    assert_eq!(sent(&town, "ann@example.com").await, 2, "it waited");
    town.clock.advance(DAY + 3600);
    assert_eq!(sent(&town, "ann@example.com").await, 2);
}

#[tokio::test]
async fn many_organizations_send_an_address_five_letters_a_day() {
    let town = Town::new().await;
    for _ in 0..8 {
        let there = organization(&town).await;
        invites(&town, there, "ann@example.com").await;
    }
    assert_eq!(sent(&town, "ann@example.com").await, 5);
    town.clock.advance(DAY + 3600);
    assert_eq!(sent(&town, "ann@example.com").await, 8);
}

#[tokio::test]
async fn a_letter_that_did_not_go_out_is_tried_again_all_the_same() {
    let town = Town::new().await;
    let here = organization(&town).await;
    *town.postman.ill.lock().unwrap() = true;
    invites(&town, here, "ann@example.com").await;
    assert_eq!(sent(&town, "ann@example.com").await, 0);
    *town.postman.ill.lock().unwrap() = false;
    town.clock.advance(180);
    assert_eq!(sent(&town, "ann@example.com").await, 1);
}
