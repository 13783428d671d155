//! Somebody who registers the address of another, and hopes that its owner confirms it.

use bugsage_commands::people::PeopleError;

use super::town::{PASSWORD, Town, email, origin};

const VICTIM: &str = "victim@example.com";
const MALLORYS: &str = "the password of mallory";

/// Sets a password by mail; after that it is the victim's alone.
async fn gets_it_back(town: &Town) {
    let here = origin("192.0.2.1");
    town.clock.advance(121);
    town.people
        .forgot_password(&email(VICTIM), &here)
        .await
        .unwrap();
    let code = town.code_of(VICTIM).await;
    let new = "a password of today";
    town.people.reset_password(&code, new, &here).await.unwrap();
    town.signs_in(VICTIM, new).await.unwrap();
    town.signs_in(VICTIM, MALLORYS).await.unwrap_err();
}

#[tokio::test]
async fn who_registers_last_while_the_letter_waits_has_nothing_confirmed() {
    let town = Town::new().await;
    for password in [MALLORYS, PASSWORD, MALLORYS] {
        town.registers(VICTIM, password).await.unwrap();
    }
    let told = town.confirms(VICTIM, PASSWORD).await.unwrap_err();
    assert!(matches!(told, PeopleError::OtherPassword), "{told}");
    for password in [PASSWORD, MALLORYS] {
        town.signs_in(VICTIM, password).await.unwrap_err();
    }
    gets_it_back(&town).await;
}

/// As if the letter was written in the moment in which the other registers.
#[tokio::test]
async fn a_letter_of_before_confirms_no_password_of_after() {
    let town = Town::new().await;
    town.registers(VICTIM, PASSWORD).await.unwrap();
    let code = town.code_of(VICTIM).await;
    town.registers(VICTIM, MALLORYS).await.unwrap();
    let here = origin("192.0.2.1");
    let told = town.people.confirm(&code, PASSWORD, &here).await;
    assert!(matches!(told, Err(PeopleError::OtherPassword)), "{told:?}");
    town.signs_in(VICTIM, MALLORYS).await.unwrap_err();
    // The letter is not used up by that, and who registers anew needs no other.
    town.registers(VICTIM, PASSWORD).await.unwrap();
    town.people.confirm(&code, PASSWORD, &here).await.unwrap();
    town.signs_in(VICTIM, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn who_reads_the_mail_of_somebody_guesses_no_password_with_it() {
    let town = Town::new().await;
    town.registers(VICTIM, PASSWORD).await.unwrap();
    for _ in 0..6 {
        town.confirms(VICTIM, MALLORYS).await.unwrap_err();
    }
    let runs = town.people.passwords().runs();
    let told = town.confirms(VICTIM, PASSWORD).await.unwrap_err();
    assert!(matches!(told, PeopleError::Wait { .. }), "{told}");
    assert_eq!(town.people.passwords().runs(), runs);
}

#[tokio::test]
async fn what_a_stranger_is_called_is_in_no_letter_and_stays_with_no_account() {
    let town = Town::new().await;
    let asked = bugsage_commands::people::Registration {
        email: email(VICTIM),
        name: "you won, see evil.example".to_owned(),
        password: MALLORYS.to_owned(),
    };
    let here = origin("192.0.2.1");
    town.people.register(&asked, &here).await.unwrap();
    let letter = town.letter_to(VICTIM).await.unwrap();
    assert!(!letter.text.contains("evil.example"), "{}", letter.text);
    gets_it_back(&town).await;
    let name: String = sqlx::query_scalar("select name from users where email = $1")
        .bind(VICTIM)
        .fetch_one(&town.owner)
        .await
        .unwrap();
    assert_eq!(name, "");
}
