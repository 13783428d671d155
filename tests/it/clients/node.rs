//! What only Node's SDK shows.

use super::rules::assert_arrived_with_all_that_was_set;
use super::shop::Shop;
use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_nothing_catches_arrives_whole() {
    let app = TestApp::start().await;
    let occurrence = Shop::Node.fail(&app, "crash", 4711).await;
    assert_eq!(occurrence["title"], "UnknownOrder: no order 4711");
    assert_eq!(occurrence["level"], "fatal");
    assert_arrived_with_all_that_was_set(&app, &occurrence).await;
    let exception = &occurrence["payload"]["exception"]["values"][0];
    assert_eq!(exception["mechanism"]["handled"], false);
    let frames = exception["stacktrace"]["frames"].as_array().unwrap();
    let own = frames.iter().filter(|frame| frame["in_app"] == true);
    let functions: Vec<_> = own.map(|frame| &frame["function"]).collect();
    assert_eq!(functions, ["Object.?", "Object.crash", "findOrder"]);
    let top = frames.last().unwrap();
    assert_eq!(top["function"], "findOrder");
    assert_eq!(top["module"], "shop");
    assert_eq!(
        top["context_line"],
        "  throw new UnknownOrder(`no order ${number}`);"
    );
    assert_eq!(app.errors().await[0]["culprit"], "shop in findOrder");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_that_nothing_catches_is_the_same_error_as_the_exception() {
    let app = TestApp::start().await;
    let thrown = Shop::Node.fail(&app, "crash", 4711).await;
    let rejected = Shop::Node.fail(&app, "reject", 4711).await;
    assert_ne!(thrown["event_id"], rejected["event_id"]);
    assert_eq!(thrown["error_id"], rejected["error_id"]);
    app.stop().await;
}

/// The SDK sends a message as an exception without a type, with the place it was sent from.
#[tokio::test(flavor = "multi_thread")]
async fn two_messages_of_one_function_are_two_errors() {
    let app = TestApp::start().await;
    let ids = Shop::Node.play(&app, "notes", 12).await;
    let [stock, cash] = [&ids[0], &ids[1]];
    let (stock, cash) = (app.occurrence(stock).await, app.occurrence(cash).await);
    assert_ne!(stock["error_id"], cash["error_id"]);
    app.stop().await;
}
