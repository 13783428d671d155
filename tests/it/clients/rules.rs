//! What holds whichever SDK sends.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::shop::Shop;
use crate::app::TestApp;

/// Every rule as a test of every shop.
macro_rules! of_every_sdk {
    ($($rule:ident),+ $(,)?) => {
        of_every_sdk!(@ python Python, $($rule)+);
        of_every_sdk!(@ node Node, $($rule)+);
        of_every_sdk!(@ rust Rust, $($rule)+);
    };
    (@ $name:ident $shop:ident, $($rule:ident)+) => {
        mod $name {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::Shop::$shop).await;
            })+
        }
    };
}

of_every_sdk!(
    a_caught_exception_arrives_with_all_that_was_set,
    an_exception_arrives_with_its_cause,
    a_message_arrives,
    a_program_that_fails_twice_makes_one_error_and_another_program_another,
    a_burst_arrives_complete,
    what_an_sdk_sends_besides_errors_disturbs_nothing,
);

async fn a_caught_exception_arrives_with_all_that_was_set(shop: Shop) {
    let app = TestApp::start().await;
    let ids = shop.play(&app, "handled", 4711).await;
    let occurrence = app.occurrence(&ids[0]).await;
    assert_eq!(occurrence["title"], "UnknownOrder: no order 4711");
    assert_arrived_with_all_that_was_set(&app, &occurrence).await;
    app.stop().await;
}

/// What each shop sets for everything that it reports.
pub(super) async fn assert_arrived_with_all_that_was_set(app: &TestApp, occurrence: &Value) {
    assert_eq!(occurrence["release"], "shop@2.4.1");
    assert_eq!(occurrence["environment"], "staging");
    let payload = &occurrence["payload"];
    assert_eq!(payload["tags"]["branch"], "north");
    assert_eq!(payload["user"]["id"], "customer-7");
    // Python and Rust wrap the list.
    let breadcrumbs = payload["breadcrumbs"]
        .get("values")
        .unwrap_or(&payload["breadcrumbs"]);
    assert_eq!(breadcrumbs[0]["message"], "looked into the ledger");

    let id = occurrence["error_id"].as_str().expect("an id");
    let error = app.get_settled(&format!("/api/v1/errors/{id}")).await;
    let error = error.expect(200);
    assert_eq!(error["releases"], json!(["shop@2.4.1"]));
    assert_eq!(error["environments"], json!(["staging"]));
    let tags = error["tag_values"].as_array().expect("a list");
    assert!(tags.contains(&json!("branch:north")), "{tags:?}");
    assert_eq!(error["users_affected"], 1);
}

async fn an_exception_arrives_with_its_cause(shop: Shop) {
    let app = TestApp::start().await;
    let ids = shop.play(&app, "chain", 4711).await;
    let occurrence = app.occurrence(&ids[0]).await;
    assert_eq!(
        occurrence["title"],
        "PaymentRefused: the payment was refused"
    );
    let exceptions = &occurrence["payload"]["exception"]["values"];
    let [cause, refused] = exceptions.as_array().map_or(&[][..], Vec::as_slice) else {
        panic!("{exceptions}");
    };
    assert_eq!(cause["value"], "the bank did not answer for order 4711");
    assert_eq!(refused["type"], "PaymentRefused");
    app.stop().await;
}

async fn a_message_arrives(shop: Shop) {
    let app = TestApp::start().await;
    let ids = shop.play(&app, "message", 12).await;
    let occurrence = app.occurrence(&ids[0]).await;
    assert_eq!(occurrence["title"], "the stock is down to 12");
    assert_eq!(occurrence["level"], "warning");
    let errors = app.errors().await;
    assert_eq!(errors[0]["title"], "the stock is down to <int>");
    app.stop().await;
}

async fn a_program_that_fails_twice_makes_one_error_and_another_program_another(shop: Shop) {
    let app = TestApp::start().await;
    let first = shop.fail(&app, "crash", 4711).await;
    let second = shop.fail(&app, "crash", 815).await;
    assert_ne!(first["event_id"], second["event_id"]);
    assert_eq!(first["error_id"], second["error_id"]);
    let other = shop.play(&app, "chain", 4711).await;
    let other = app.occurrence(&other[0]).await;
    assert_ne!(other["error_id"], first["error_id"]);
    let counts: Vec<Value> = app
        .errors()
        .await
        .iter()
        .map(|e| e["count"].clone())
        .collect();
    assert_eq!(counts, [1, 2], "the newest first");
    app.stop().await;
}

async fn a_burst_arrives_complete(shop: Shop) {
    const MANY: u32 = 500;
    let app = TestApp::start().await;
    let ids = shop.play(&app, "burst", MANY).await;
    let made: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(made.len(), MANY as usize);
    let errors = app.errors().await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["count"], MANY);
    stream::iter(&ids)
        .map(|id| async {
            let occurrence = app.occurrence(id).await;
            assert_eq!(occurrence["error_id"], errors[0]["id"]);
        })
        .buffer_unordered(8)
        .collect::<()>()
        .await;
    app.stop().await;
}

/// What that is, `wire` shows.
async fn what_an_sdk_sends_besides_errors_disturbs_nothing(shop: Shop) {
    let app = TestApp::start().await;
    let ids = shop.play(&app, "everything", 12).await;
    assert_eq!(ids.len(), 2, "an exception and a message");
    for id in &ids {
        app.occurrence(id).await;
    }
    let counts: Vec<Value> = app
        .errors()
        .await
        .iter()
        .map(|e| e["count"].clone())
        .collect();
    assert_eq!(counts, [1, 1]);
    app.stop().await;
}
