//! What the service needs of the message server, and how it says so.

use bugsage_api::nats::{Nats, NatsError};

fn url() -> String {
    #[expect(clippy::disallowed_methods, reason = "the one setting of these tests")]
    std::env::var("BUGSAGE_TEST_NATS_URL")
        .expect("BUGSAGE_TEST_NATS_URL is not set: run `make test`")
}

/// The address with other credentials, or none.
fn with_credentials(credentials: &str) -> String {
    let url = url();
    let (_, host) = url.rsplit_once('@').expect("an address with credentials");
    format!("nats://{credentials}{host}")
}

#[tokio::test]
async fn the_credentials_of_the_address_are_used() {
    let nats = Nats::connect(Some(&url())).await.expect("NATS answers");
    assert_eq!(nats.health(), "up");
}

#[tokio::test]
async fn without_an_address_it_is_off() {
    let nats = Nats::connect(None).await.expect("nothing to connect to");
    assert_eq!(nats.health(), "off");
}

#[tokio::test]
async fn wrong_credentials_are_told_without_showing_them() {
    let refused = Nats::connect(Some(&with_credentials("who:s3cret@"))).await;
    let told = refused.expect_err("wrong credentials").to_string();
    assert!(
        told.contains("authorization") && told.contains("BUGSAGE_NATS=off"),
        "{told}"
    );
    assert!(!told.contains("s3cret"), "{told}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_waited_for() {
    // Port 1 is reserved: nothing listens there.
    let nats = Nats::connect(Some("nats://127.0.0.1:1")).await;
    assert_eq!(nats.expect("it goes on without").health(), "down");
}

#[tokio::test]
async fn an_address_that_is_none_is_told_apart() {
    let told = Nats::connect(Some("nats://[")).await;
    assert!(matches!(told, Err(NatsError::Address(_))), "{told:?}");
}
