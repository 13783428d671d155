//! What only Rust's SDK shows.

use super::rules::assert_arrived_with_all_that_was_set;
use super::shop::Shop;
use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_that_nothing_catches_arrives_whole() {
    let app = TestApp::start().await;
    let occurrence = Shop::Rust.fail(&app, "crash", 4711).await;
    assert_eq!(occurrence["title"], "panic: no order 4711");
    assert_eq!(occurrence["level"], "fatal");
    assert_arrived_with_all_that_was_set(&app, &occurrence).await;
    let exception = &occurrence["payload"]["exception"]["values"][0];
    assert_eq!(exception["mechanism"]["handled"], false);
    let frames = exception["stacktrace"]["frames"].as_array().unwrap();
    let own = frames.iter().filter(|frame| frame["filename"] == "main.rs");
    let functions: Vec<_> = own.map(|frame| &frame["function"]).collect();
    assert_eq!(
        functions,
        [
            "sentry_rust_client::main",
            "sentry_rust_client::play",
            "sentry_rust_client::label"
        ]
    );
    assert_eq!(
        app.errors().await[0]["culprit"],
        "main.rs in sentry_rust_client::label",
        "not the machinery of the panic, which the SDK calls the application's"
    );
    app.stop().await;
}
